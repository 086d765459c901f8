import {distanceParameters} from '../parameters/distance.ts'
import type {MinerCard} from './miner.ts'

export const softHard = {
  name: 'soft-hard',
  title: 'Soft-hard triplets, one an anchor',
  rule: 'for every anchor a random one of the positives farther than its nearest negative, and a random one of the negatives nearer than its farthest positive; where there is none, any positive, any negative',
  source:
    'Deep-Metric-Learning-Baselines ("softhard", by which its triplet results were made, as its authors say in Confusezius/CVPR2020_PADS#1) and Revisiting-DML',
  gives: 'triplets',
  parameters: {distance: distanceParameters.default({name: 'euclidean', normalise: true})},
} as const satisfies MinerCard
