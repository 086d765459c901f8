import type {ParametersOf} from '../card.ts'
import {anchorProxies} from '../classes/anchor-proxies.ts'
import {normal} from '../classes/initial.ts'
import type {LossOpener} from '../loss.ts'
import type {proxyAnchor} from './proxy-anchor.card.ts'

/** Every proxy pulls at the rows of its class and pushes at all others. */
export const open: LossOpener<ParametersOf<typeof proxyAnchor>> = ({margin, alpha}, {classes, dim, weight}) => {
  const proxies = weight('proxies', [classes, dim], normal(Math.sqrt(2 / classes)))
  return {
    compares: 'batch',
    weights: [proxies],
    start: ({vectors, labels}) => anchorProxies({vectors, labels, proxies, margin, alpha}),
  }
}
