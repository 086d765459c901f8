// Every loss, in the order in which `nearmiss losses` lists them: one line here, one card and one file of its own.
import type {LossCard} from '../card.ts'
import {angular} from './angular.card.ts'
import {arcface} from './arcface.card.ts'
import {circle} from './circle.card.ts'
import {contrastive} from './contrastive.card.ts'
import {contrastiveDistillation} from './contrastive-distillation.card.ts'
import {cosface} from './cosface.card.ts'
import {crossEntropy} from './cross-entropy.card.ts'
import {crossEntropyDistance} from './cross-entropy-distance.card.ts'
import {dynamicSoftMargin} from './dynamic-soft-margin.card.ts'
import {fastap} from './fastap.card.ts'
import {generalizedLiftedStructure} from './generalized-lifted-structure.card.ts'
import {histogram} from './histogram.card.ts'
import {instance} from './instance.card.ts'
import {intraPairVariance} from './intra-pair-variance.card.ts'
import {largeMarginSoftmax} from './large-margin-softmax.card.ts'
import {liftedStructure} from './lifted-structure.card.ts'
import {manifold} from './manifold.card.ts'
import {margin} from './margin.card.ts'
import {multiSimilarity} from './multi-similarity.card.ts'
import {nPair} from './n-pair.card.ts'
import {nca} from './nca.card.ts'
import {normalizedSoftmax} from './normalized-softmax.card.ts'
import {ntxent} from './ntxent.card.ts'
import {p2sgrad} from './p2sgrad.card.ts'
import {pnp} from './pnp.card.ts'
import {proxyAnchor} from './proxy-anchor.card.ts'
import {proxyNca} from './proxy-nca.card.ts'
import {quadruplet} from './quadruplet.card.ts'
import {raml} from './raml.card.ts'
import {rankedList} from './ranked-list.card.ts'
import {rkd} from './rkd.card.ts'
import {snrContrastive} from './snr-contrastive.card.ts'
import {softTriple} from './soft-triple.card.ts'
import {sphereface} from './sphereface.card.ts'
import {subCenterArcface} from './sub-center-arcface.card.ts'
import {supcon} from './supcon.card.ts'
import {thresholdConsistentMargin} from './threshold-consistent-margin.card.ts'
import {triplet} from './triplet.card.ts'
import {tupletMargin} from './tuplet-margin.card.ts'
import {vicreg} from './vicreg.card.ts'

export const lossCards: readonly LossCard[] = [
  contrastive,
  triplet,
  margin,
  snrContrastive,
  intraPairVariance,
  thresholdConsistentMargin,
  tupletMargin,
  angular,
  dynamicSoftMargin,
  quadruplet,
  crossEntropyDistance,
  raml,
  rkd,
  contrastiveDistillation,
  supcon,
  normalizedSoftmax,
  cosface,
  arcface,
  proxyNca,
  crossEntropy,
  ntxent,
  nPair,
  multiSimilarity,
  circle,
  liftedStructure,
  generalizedLiftedStructure,
  nca,
  rankedList,
  fastap,
  histogram,
  pnp,
  instance,
  sphereface,
  largeMarginSoftmax,
  vicreg,
  softTriple,
  subCenterArcface,
  proxyAnchor,
  p2sgrad,
  manifold,
]
