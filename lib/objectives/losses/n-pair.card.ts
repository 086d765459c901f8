import {z} from 'zod'
import type {LossCard} from '../card.ts'

export const nPair = {
  name: 'n-pair',
  title: 'N-pair loss',
  formula: 'mean over (a, p) of log(1 + sum over n of exp(s(a, n) - s(a, p))) + l2 (|a|^2 + |p|^2)',
  source:
    'Sohn 2016, "Improved Deep Metric Learning with Multi-class N-pair Loss Objective", equation 7. From the tuples of a plan or of miner.name=n-pair, on embeddings as they come: ' +
    'Deep-Metric-Learning-Baselines. Otherwise, and after miners that give pairs, the first positive pair of every class with the positives of the other classes as negatives: ' +
    'NPairsLoss of pytorch-metric-learning, which has distance.normalise=true (2.8.1 and 0.9.88) and l2 0',
  compares: 'pairs',
  distance: {default: {name: 'similarity', normalise: false}, names: ['similarity']},
  reducer: {name: 'mean'},
  parameters: {
    l2: z
      .number()
      .min(0)
      .max(10)
      .default(0.02)
      .describe('weight of the squared lengths of anchor and positive; no part of it where embeddings are normalised'),
  },
} as const satisfies LossCard
