// Every miner inside the batch, in the order in which `nearmiss miners` lists them: one line here, one card and one file of its own.
import {angular} from './angular.card.ts'
import {batchEasyHard} from './batch-easy-hard.card.ts'
import {batchHard} from './batch-hard.card.ts'
import {distanceWeighted} from './distance-weighted.card.ts'
import {hdc} from './hdc.card.ts'
import type {MinerCard} from './miner.ts'
import {multiSimilarity} from './multi-similarity.card.ts'
import {nPair} from './n-pair.card.ts'
import {pairMargin} from './pair-margin.card.ts'
import {random} from './random.card.ts'
import {semiHard} from './semi-hard.card.ts'
import {softHard} from './soft-hard.card.ts'
import {tripletMargin} from './triplet-margin.card.ts'
import {uniformHistogram} from './uniform-histogram.card.ts'

export const minerCards: readonly MinerCard[] = [
  random,
  semiHard,
  softHard,
  distanceWeighted,
  batchHard,
  batchEasyHard,
  multiSimilarity,
  pairMargin,
  tripletMargin,
  angular,
  hdc,
  nPair,
  uniformHistogram,
]
