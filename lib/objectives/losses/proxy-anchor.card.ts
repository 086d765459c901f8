import {z} from 'zod'
import type {LossCard} from '../card.ts'

export const proxyAnchor = {
  name: 'proxy-anchor',
  title: 'Proxy-Anchor loss',
  formula:
    'mean over proxies p with rows x of their class of log(1 + sum over those x of exp(-alpha * (cos(x, p) - margin))) + ' +
    'mean over all proxies of log(1 + sum over rows x of other classes of exp(alpha * (cos(x, p) + margin)))',
  source:
    'Kim et al. 2020, "Proxy Anchor Loss for Deep Metric Learning", equation 4; ProxyAnchorLoss of pytorch-metric-learning 0.9.88 and 2.8.1. ' +
    'Proxies begin normally distributed with deviation sqrt(2 / classes), as there',
  compares: 'classes',
  reducer: {name: 'mean'},
  weights: true,
  parameters: {
    margin: z
      .number()
      .min(0)
      .max(2)
      .default(0.1)
      .describe('positives nearer than 1 - margin, negatives farther than -margin, count little'),
    alpha: z.number().positive().max(10_000).default(32).describe('multiplies the cosines'),
  },
} as const satisfies LossCard
