import {z} from 'zod'
import {distanceParameters} from '../parameters/distance.ts'
import type {MinerCard} from './miner.ts'

export const multiSimilarity = {
  name: 'multi-similarity',
  title: 'Multi-similarity miner',
  rule: 'positives farther than the nearest negative less epsilon, negatives nearer than the farthest positive plus epsilon',
  source:
    'Wang et al. 2019, "Multi-Similarity Loss", equations 6 and 7; MultiSimilarityMiner of pytorch-metric-learning',
  gives: 'pairs',
  parameters: {
    epsilon: z.number().min(0).max(4).default(0.1).describe('slack, in units of the distance'),
    distance: distanceParameters.default({name: 'similarity', normalise: true}),
  },
} as const satisfies MinerCard
