import {z} from 'zod'
import type {LossCard} from '../card.ts'

export const cosface = {
  name: 'cosface',
  title: 'CosFace: large margin cosine loss',
  formula: 'as normalized-softmax of scale * cos(x, w_c), with scale * (cos(x, w_y) - margin) for the own class y',
  source:
    'Wang et al. 2018, "CosFace", equation 4; CosFaceLoss of pytorch-metric-learning 0.9.88 and 2.8.1, as in the Reality Check (CUB: margin 0.6182, scale 100). ' +
    'Weights w begin normally distributed, as there',
  compares: 'classes',
  reducer: {name: 'mean'},
  weights: true,
  parameters: {
    margin: z.number().min(0).max(2).default(0.35).describe('taken off the cosine with the own class'),
    scale: z.number().positive().max(10_000).default(64).describe('multiplies the cosines'),
  },
} as const satisfies LossCard
