import {z} from 'zod'
import type {LossCard} from '../card.ts'

export const rankedList = {
  name: 'ranked-list',
  title: 'Ranked list loss',
  formula:
    'mean over anchors a of (1 - imbalance) P + imbalance N; P: mean of d(a, p) - (alpha - margin) over positives farther than that, weighted by exp(positive_temperature (d(a, p) - alpha + margin)); ' +
    'N: mean of alpha - d(a, n) over negatives nearer than alpha, weighted by exp(negative_temperature (alpha - d(a, n))); 1e-5 times the batch size is added to the sum of weights',
  source:
    'Wang et al. 2019, "Ranked List Loss", equations 2 to 9 (RLL-Simpler: positive_temperature 0); RankedListLoss of pytorch-metric-learning 2.8.1, there without defaults for margin and Tn (negative_temperature)',
  compares: 'batch',
  distance: {default: {name: 'euclidean', normalise: true}, names: ['euclidean', 'squared']},
  reducer: {name: 'mean'},
  parameters: {
    margin: z.number().min(0).max(4).default(0.4).describe('between the distances of positives and of negatives'),
    alpha: z
      .number()
      .min(0)
      .max(4)
      .nullable()
      .default(null)
      .describe('negatives should be farther than this; null: 1 + margin / 2'),
    imbalance: z.number().min(0).max(1).default(0.5).describe('share of the negatives'),
    positive_temperature: z.number().min(0).max(100).default(0).describe('how much more the hardest positives count'),
    negative_temperature: z.number().min(0).max(100).default(10).describe('how much more the hardest negatives count'),
  },
} as const satisfies LossCard
