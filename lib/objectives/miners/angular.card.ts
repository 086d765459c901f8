import {z} from 'zod'
import type {MinerCard} from './miner.ts'

export const angular = {
  name: 'angular',
  title: 'Triplets with a wide angle at the negative',
  rule: 'all triplets with atan(|a - p| / (2 |n - (a + p) / 2|)) > angle',
  source:
    'Wang, Zhou, Wen, Liu and Lin 2017, "Deep Metric Learning with Angular Loss", equation 4; AngularMiner of pytorch-metric-learning: normalise true is 0.9.88, normalise false is what 2.8.1 does',
  gives: 'triplets',
  parameters: {
    angle: z.number().min(0).max(90).default(20).describe('in degrees'),
    normalise: z.boolean().default(true).describe('whether embeddings are divided by their length first'),
  },
} as const satisfies MinerCard
