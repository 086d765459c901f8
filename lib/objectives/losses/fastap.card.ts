import {z} from 'zod'
import type {LossCard} from '../card.ts'

export const fastap = {
  name: 'fastap',
  title: 'FastAP loss',
  formula:
    'mean over anchors with P positives of 1 - (sum over bins b of h+(b) H+(b) / H(b)) / P; h+ counts positives by squared distance in num_bins + 1 triangular bins on [0, 4], H+ and H are the sums up to b of positives and of all',
  source:
    'Cakir et al. 2019, "Deep Metric Learning to Rank", equations 7 to 9; FastAPLoss of pytorch-metric-learning 0.9.88 and 2.8.1, as in the Reality Check',
  compares: 'batch',
  reducer: {name: 'mean'},
  parameters: {
    num_bins: z.int().min(2).max(1000).default(10).describe('of the histograms'),
  },
} as const satisfies LossCard
