import {z} from 'zod'
import {distanceParameters} from '../parameters/distance.ts'
import type {MinerCard} from './miner.ts'

export const semiHard = {
  name: 'semi-hard',
  title: 'Semi-hard triplets, one an anchor',
  rule: 'for every anchor a random positive p, and a random one of the negatives with d(a, p) < d(a, n) < d(a, p) + margin; where there is none, any negative',
  source:
    'Deep-Metric-Learning-Baselines, where the margin is fixed at 0.2, and Revisiting-DML, where it is the loss’ own, after Schroff, Kalenichenko and Philbin 2015. All semi-hard triplets of a batch: triplet-margin with keeps=semi-hard',
  gives: 'triplets',
  parameters: {
    margin: z.number().positive().max(4).default(0.2).describe('width of the band behind the positive'),
    distance: distanceParameters.default({name: 'euclidean', normalise: true}),
  },
} as const satisfies MinerCard
