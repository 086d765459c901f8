import {z} from 'zod'
import type {LossCard} from '../card.ts'

export const intraPairVariance = {
  name: 'intra-pair-variance',
  title: 'Intra-pair variance loss',
  formula:
    'mean over (a, p) of max(0, (1 - positive_epsilon) m+ - s(a, p))^2 + mean over (a, n) of max(0, s(a, n) - (1 + negative_epsilon) m-)^2, where m+ and m- are the means of s over positives and negatives',
  source:
    'Yu and Tao 2019, "Deep Metric Learning with Tuplet Margin Loss", equations 8 and 9; IntraPairVarianceLoss of pytorch-metric-learning 0.9.88 and 2.8.1. Meant to stand beside the tuplet margin loss (`multiple`)',
  compares: 'pairs',
  distance: {default: {name: 'similarity', normalise: true}, names: ['similarity', 'euclidean', 'squared', 'lp']},
  reducer: {name: 'mean'},
  parameters: {
    positive_epsilon: z
      .number()
      .min(0)
      .max(1)
      .default(0.01)
      .describe('how far below the mean, as a share of it, positives may be'),
    negative_epsilon: z
      .number()
      .min(0)
      .max(1)
      .default(0.01)
      .describe('how far above the mean, as a share of it, negatives may be'),
  },
} as const satisfies LossCard
