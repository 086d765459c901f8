import {z} from 'zod'
import type {LossCard} from '../card.ts'

export const histogram = {
  name: 'histogram',
  title: 'Histogram loss',
  formula:
    'sum over bins b of h-(b) * sum up to b of h+; h+ and h-: shares of the positive and negative pairs by similarity, in num_bins + 1 triangular bins on [-1, 1]',
  source:
    'Ustinova and Lempitsky 2016, "Learning Deep Embeddings with Histogram Loss", equations 2 to 5; HistogramLoss of pytorch-metric-learning 2.8.1: a pair counts if it is part of a triplet, once in whichever order',
  compares: 'pairs',
  reducer: {name: 'mean'},
  parameters: {
    num_bins: z.int().min(2).max(10_000).default(100).describe('of the histograms'),
  },
} as const satisfies LossCard
