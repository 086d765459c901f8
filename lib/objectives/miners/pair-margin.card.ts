import {z} from 'zod'
import {distanceParameters} from '../parameters/distance.ts'
import type {MinerCard} from './miner.ts'

export const pairMargin = {
  name: 'pair-margin',
  title: 'Pairs beyond a margin',
  rule: 'positives farther than positive_margin and negatives nearer than negative_margin (with a similarity: positives less similar, negatives more similar than these)',
  source: 'PairMarginMiner of pytorch-metric-learning',
  gives: 'pairs',
  parameters: {
    positive_margin: z.number().default(0.2).describe('positives nearer than this are left out'),
    negative_margin: z.number().default(0.8).describe('negatives farther than this are left out'),
    distance: distanceParameters.default({name: 'euclidean', normalise: true}),
  },
} as const satisfies MinerCard
