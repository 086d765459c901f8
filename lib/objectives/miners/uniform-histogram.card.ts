import {z} from 'zod'
import {distanceParameters} from '../parameters/distance.ts'
import type {MinerCard} from './miner.ts'

const perBin = z.int().min(1).max(10_000).default(10)

export const uniformHistogram = {
  name: 'uniform-histogram',
  title: 'Pairs of all distances alike',
  rule: 'the range of the distances of all positive pairs is cut into bins of equal width, and of each bin that has any positives_per_bin pairs are drawn, the same one perhaps again; likewise of the negative pairs',
  source: 'UniformHistogramMiner of pytorch-metric-learning 2.8.1',
  gives: 'pairs',
  parameters: {
    bins: z.int().min(1).max(100_000).default(100),
    positives_per_bin: perBin,
    negatives_per_bin: perBin,
    distance: distanceParameters.default({name: 'euclidean', normalise: true}),
  },
} as const satisfies MinerCard
