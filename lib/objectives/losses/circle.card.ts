import {z} from 'zod'
import type {LossCard} from '../card.ts'

export const circle = {
  name: 'circle',
  title: 'Circle loss',
  formula:
    'mean over active anchors of log(1 + sum over p of exp(-gamma max(0, 1 + margin - s(a, p)) (s(a, p) - 1 + margin)) * sum over n of exp(gamma max(0, s(a, n) + margin) (s(a, n) - margin))); the maxima count as constants in the gradient',
  source:
    'Sun et al. 2020, "Circle Loss", equations 6 to 9 (there margin 0.25 with gamma 256 for faces, 0.4 with 80 for fine-grained retrieval); CircleLoss of pytorch-metric-learning 0.9.88 and 2.8.1',
  compares: 'pairs',
  reducer: {name: 'active-mean'},
  parameters: {
    margin: z
      .number()
      .min(-1)
      .max(1)
      .default(0.4)
      .describe('positives should reach 1 - margin, negatives stay below margin'),
    gamma: z.number().min(0.01).max(10_000).default(80).describe('steepness'),
  },
} as const satisfies LossCard
