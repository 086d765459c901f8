import {z} from 'zod'
import {distanceParameters} from '../parameters/distance.ts'
import type {MinerCard} from './miner.ts'

export const tripletMargin = {
  name: 'triplet-margin',
  title: 'Triplets within a margin',
  rule: 'violating: all triplets with d(a, n) - d(a, p) <= margin; of these hard: those at most 0, semi-hard: those above 0; easy: those beyond the margin',
  source:
    'semi-hard: Schroff, Kalenichenko and Philbin 2015, "FaceNet", section 3.2; TripletMarginMiner of pytorch-metric-learning (its all is our violating). One semi-hard triplet an anchor: semi-hard',
  gives: 'triplets',
  parameters: {
    margin: z.number().min(-4).max(4).default(0.2).describe('in units of the distance'),
    keeps: z.enum(['violating', 'hard', 'semi-hard', 'easy']).default('violating'),
    distance: distanceParameters.default({name: 'euclidean', normalise: true}),
  },
  objections: ({margin, keeps}) =>
    keeps === 'semi-hard' && margin <= 0
      ? [{path: ['margin'], text: 'must be more than 0 to keep semi-hard triplets: they lie between 0 and the margin'}]
      : [],
} as const satisfies MinerCard<{margin: number; keeps: string}>
