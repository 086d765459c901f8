import {z} from 'zod'
import type {LossCard} from '../card.ts'

export const tupletMargin = {
  name: 'tuplet-margin',
  title: 'Tuplet margin loss',
  formula:
    'mean over (a, p) of log(1 + sum over n of exp(scale (cos angle(a, n) - cos(angle(a, p) - margin)))), margin in degrees',
  source:
    'Yu and Tao 2019, "Deep Metric Learning with Tuplet Margin Loss", equation 6; TupletMarginLoss of pytorch-metric-learning 0.9.88 and 2.8.1',
  compares: 'pairs',
  reducer: {name: 'mean'},
  parameters: {
    margin: z
      .number()
      .min(-90)
      .max(90)
      .default(5.73)
      .describe('degrees by which the angle of a positive is made smaller first'),
    scale: z.number().positive().max(1000).default(64).describe('multiplies the cosines'),
  },
} as const satisfies LossCard
