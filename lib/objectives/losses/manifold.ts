import type {ParametersOf} from '../card.ts'
import {normal} from '../classes/initial.ts'
import {walkToProxies} from '../classes/manifold.ts'
import type {LossOpener} from '../loss.ts'
import type {manifold} from './manifold.card.ts'

/** How near rows are to proxies for a random walk over both. */
export const open: LossOpener<ParametersOf<typeof manifold>> = (parameters, {dim, weight}) => {
  const proxies = weight('proxies', [parameters.proxies, dim], normal(1))
  return {
    compares: 'batch',
    weights: [proxies],
    start: ({vectors, labels}) => {
      const own = labels.map((label) => label % parameters.proxies)
      return walkToProxies(vectors, {proxies, own}, parameters)
    },
  }
}
