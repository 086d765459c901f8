import {distanceParameters} from '../parameters/distance.ts'
import type {MinerCard} from './miner.ts'

export const batchHard = {
  name: 'batch-hard',
  title: 'Batch-hard triplets',
  rule: 'for every anchor its farthest positive and its nearest negative',
  source:
    'Hermans, Beyer and Leibe 2017, "In Defense of the Triplet Loss", equation 5; BatchHardMiner of pytorch-metric-learning',
  gives: 'triplets',
  parameters: {distance: distanceParameters.default({name: 'euclidean', normalise: true})},
} as const satisfies MinerCard
