import {z} from 'zod'
import type {MinerCard} from './miner.ts'

export const random = {
  name: 'random',
  title: 'Random triplets',
  rule: 'triplets_per_anchor null: as many different triplets as the batch has images, out of all of them; else so many of every anchor, positive and negative drawn independently',
  source:
    'null: "random" of Deep-Metric-Learning-Baselines and Revisiting-DML; a number: triplets_per_anchor of pytorch-metric-learning 2.8.1 (get_random_triplet_indices)',
  gives: 'triplets',
  parameters: {
    triplets_per_anchor: z
      .int()
      .min(1)
      .max(10_000)
      .nullable()
      .default(null)
      .describe('null: as many triplets as images, without a triplet twice'),
  },
} as const satisfies MinerCard
