import {z} from 'zod'
import type {LossCard} from '../card.ts'

export const pnp = {
  name: 'pnp',
  title: 'Penalising negatives before positives',
  formula:
    'mean over anchors a with positives of the mean over o = a and all p of f(R), R = sum over n of sigmoid((s(a, n) - s(a, o)) / anneal): how many negatives come before o. ' +
    'f by variant: O: R; Ds: log(1 + R); Iu: (1 + R) log(1 + R); Ib: (b R - log(1 + b R)) / b^2; Dq: 1 - (1 + R)^-alpha',
  source:
    'Li et al. 2021, "Rethinking the Optimization of Average Precision: Only Penalizing Negative Instances before Positive Ones is Enough"; PNPLoss of pytorch-metric-learning 2.8.1',
  compares: 'batch',
  reducer: {name: 'mean'},
  parameters: {
    variant: z.enum(['O', 'Ds', 'Dq', 'Iu', 'Ib']).default('O').describe('how the number of negatives counts'),
    anneal: z.number().min(1e-4).max(10).default(0.01).describe('temperature of the sigmoid'),
    alpha: z.number().min(0.01).max(100).default(1).describe('exponent of variant Dq'),
    b: z.number().min(0.01).max(100).default(2).describe('of variant Ib'),
  },
} as const satisfies LossCard
