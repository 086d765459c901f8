import {z} from 'zod'
import type {RegularizerCard} from './regularizer.ts'

export const lp = {
  name: 'lp',
  title: 'Length of the embeddings',
  formula: 'mean over rows x of (sum over i of |x_i|^p)^(power / p)',
  source: 'LpRegularizer of pytorch-metric-learning; keeps embeddings that are not normalised from growing',
  of: 'embeddings',
  parameters: {
    p: z.number().min(1).max(10).default(2).describe('which norm: 2 is the length, 1 the sum of magnitudes'),
    power: z.number().min(1).max(4).default(1).describe('exponent of the norm'),
  },
} as const satisfies RegularizerCard
