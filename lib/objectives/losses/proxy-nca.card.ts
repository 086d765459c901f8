import {z} from 'zod'
import type {LossCard} from '../card.ts'

export const proxyNca = {
  name: 'proxy-nca',
  title: 'ProxyNCA loss',
  formula:
    'mean over rows x of class y of log(sum over proxies p_c of exp(-softmax_scale * |x - p_c|^2)) + softmax_scale * |x - p_y|^2, x and p of unit length',
  source:
    'Movshovitz-Attias et al. 2017, "No Fuss Distance Metric Learning using Proxies", equation 9, whose sum leaves the own proxy out (denominator others); so does ' +
    'Deep-Metric-Learning-Baselines, whose lengths of 3 are softmax_scale 9. With all: ProxyNCALoss of pytorch-metric-learning 0.9.88 and 2.8.1, as in the Reality Check ' +
    '(CUB: softmax_scale 13.98). Proxies begin normally distributed, as there: with deviation 1, with others 1/8',
  compares: 'classes',
  reducer: {name: 'mean'},
  weights: true,
  parameters: {
    softmax_scale: z.number().positive().max(10_000).default(1).describe('multiplies the squared distances'),
    denominator: z
      .enum(['all', 'others'])
      .default('all')
      .describe('proxies in the sum; others: all but the own, so that the loss may be negative'),
  },
} as const satisfies LossCard
