import {z} from 'zod'
import type {LossCard} from '../card.ts'

export const dynamicSoftMargin = {
  name: 'dynamic-soft-margin',
  title: 'Dynamic soft margin loss',
  formula:
    'mean over (a, p, n) of F(x) x with x = d(a, p) - d(a, n), F the share of triplets with a smaller x: a histogram of num_bins from min_value to -min_value that runs on from batch to batch',
  source:
    'Zhang and Rusinkiewicz 2019, "Learning Local Descriptors with a CDF-Based Dynamic Soft Margin", equation 5; DynamicSoftMarginLoss of pytorch-metric-learning 2.8.1 with labels (all triplets). ' +
    'As there, the first batch makes the histogram, later ones blend in as counts (not shares) times momentum, and gradients pass through it',
  compares: 'pairs',
  distance: {default: {name: 'euclidean', normalise: true}, names: ['euclidean']},
  reducer: {name: 'mean'},
  parameters: {
    min_value: z
      .number()
      .min(-100)
      .max(-0.01)
      .default(-2)
      .describe('where the histogram begins; unit embeddings reach -2'),
    num_bins: z.int().min(2).max(1000).default(10).describe('edges of the histogram'),
    momentum: z.number().positive().max(1).default(0.01).describe('weight of a new batch in the histogram'),
  },
} as const satisfies LossCard
