import {z} from 'zod'
import type {LossCard} from '../card.ts'

export const largeMarginSoftmax = {
  name: 'large-margin-softmax',
  title: 'Large-margin softmax loss',
  formula:
    'as cross-entropy of scale * |x| |w_c| cos(angle(x, w_c)), with scale * |x| |w_y| ((-1)^k cos(margin * angle(x, w_y)) - 2k) for the own class y, k = floor(margin * angle / pi)',
  source:
    'Liu et al. 2016, "Large-Margin Softmax Loss", equations 4 to 7. As set: LargeMarginSoftmaxLoss of pytorch-metric-learning 2.8.1; with normalise=true: that of 0.9.88. ' +
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
