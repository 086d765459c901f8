import {z} from 'zod'
import {distanceParameters} from '../parameters/distance.ts'
import type {MinerCard} from './miner.ts'

export const hdc = {
  name: 'hdc',
  title: 'Hardest share of all pairs',
  rule: 'of all positive pairs of the batch the share that is farthest, of all negative pairs the share that is nearest (rounded up)',
  source:
    'Yuan, Yang and Zhang 2017, "Hard-Aware Deeply Cascaded Embedding"; HDCMiner of pytorch-metric-learning (filter_percentage)',
  gives: 'pairs',
  parameters: {
    share: z.number().positive().max(1).default(0.5).describe('of the pairs that is kept'),
    distance: distanceParameters.default({name: 'euclidean', normalise: true}),
  },
} as const satisfies MinerCard
