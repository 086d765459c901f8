import {z} from 'zod'
import type {LossCard} from '../card.ts'

export const normalizedSoftmax = {
  name: 'normalized-softmax',
  title: 'Normalised softmax loss',
  formula: 'mean over rows x of class y of -log softmax over classes c of cos(x, w_c) / temperature, at y',
  source:
    'Wang et al. 2017, "NormFace"; Zhai and Wu 2018; the softmax loss of Roth et al. 2020; NormalizedSoftmaxLoss of pytorch-metric-learning 0.9.88 and 2.8.1, as in the Reality Check (CUB: temperature 0.1087). ' +
    'Weights w begin normally distributed, as there',
  compares: 'classes',
  reducer: {name: 'mean'},
  weights: true,
  parameters: {
    temperature: z.number().min(1e-4).max(100).default(0.05).describe('divides the cosines'),
  },
} as const satisfies LossCard
