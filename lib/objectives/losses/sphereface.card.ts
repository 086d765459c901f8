import {z} from 'zod'
import type {LossCard} from '../card.ts'

export const sphereface = {
  name: 'sphereface',
  title: 'SphereFace: angular softmax loss',
  formula:
    'as large-margin-softmax with weights w of unit length: scale * |x| ((-1)^k cos(margin * angle(x, w_y)) - 2k) for the own class y',
  source:
    'Liu et al. 2017, "SphereFace", equations 6 and 7. As set: SphereFaceLoss of pytorch-metric-learning 2.8.1; with normalise=true: that of 0.9.88. ' +
    'Weights w begin normally distributed, as there',
  compares: 'classes',
  reducer: {name: 'mean'},
  weights: true,
  parameters: {
    margin: z.int().min(1).max(10).default(4).describe('by what the angle with the own class is multiplied'),
    scale: z.number().positive().max(10_000).default(1).describe('multiplies the logits'),
    normalise: z.boolean().default(false).describe('whether embeddings are divided by their length first'),
  },
} as const satisfies LossCard
