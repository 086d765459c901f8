import type {ParametersOf} from '../card.ts'
import {cosineLoss} from '../classes/cosine-loss.ts'
import type {proxyNca} from './proxy-nca.card.ts'

/** Of unit vectors |x - p|^2 = 2 - 2 cos, and what is common to all proxies falls out: a softmax of twice the cosines. */
export const open = cosineLoss<ParametersOf<typeof proxyNca>>(({softmax_scale, denominator}) => ({
  weights: 'proxies',
  deviation: denominator === 'all' ? 1 : 1 / 8,
  scale: 2 * softmax_scale,
  own: denominator === 'all' ? 'as it is' : 'left out',
}))
