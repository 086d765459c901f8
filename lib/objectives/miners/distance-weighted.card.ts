import {z} from 'zod'
import type {MinerCard} from './miner.ts'

export const distanceWeighted = {
  name: 'distance-weighted',
  title: 'Distance-weighted sampling',
  rule: 'for every anchor random positives, each with a negative drawn with weight 1 / q(d), q(d) = d^(k-2) (1 - d^2/4)^((k-3)/2) the density of distances on the sphere of k dimensions, d = max(lower, |a - n|) at unit length; none farther than upper',
  source:
    'Wu, Manmatha, Smola and Krähenbühl 2017, "Sampling Matters in Deep Embedding Learning", section 4. As set: DistanceWeightedMiner of pytorch-metric-learning, one triplet an anchor (triplets_per_anchor null: as many as it draws); ' +
    'with upper null: Deep-Metric-Learning-Baselines and Revisiting-DML, whose cut at 1.4 is not applied',
  gives: 'triplets',
  parameters: {
    lower: z.number().min(0.01).max(1.99).default(0.5).describe('distances below count as this one'),
    upper: z
      .number()
      .positive()
      .max(2)
      .nullable()
      .default(1.4)
      .describe('negatives from this distance on are not drawn; null: no such cut'),
    without_weight: z
      .enum(['skip', 'any'])
      .default('skip')
      .describe(
        'an anchor whose negatives are all too far away is left out, or gets any (pytorch-metric-learning 0.9.88)',
      ),
    triplets_per_anchor: z
      .int()
      .min(1)
      .max(10_000)
      .nullable()
      .default(1)
      .describe('null: as many as the batch has images of its class, itself included'),
  },
  objections: ({lower, upper}) =>
    upper !== null && upper <= lower
      ? [{path: ['upper'], text: `must be above lower (${lower}), or null for no upper cut`}]
      : [],
} as const satisfies MinerCard<{lower: number; upper: number | null}>
