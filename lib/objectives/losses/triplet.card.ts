import {z} from 'zod'
import type {LossCard} from '../card.ts'

export const triplet = {
  name: 'triplet',
  title: 'Triplet loss',
  formula: 'mean over (a, p, n) of max(0, d(a, p) - d(a, n) + margin)',
  source:
    'Schroff, Kalenichenko and Philbin 2015, "FaceNet", equation 3. As set: the lab and Deep-Metric-Learning-Baselines (squared distance, all triplets in the mean). ' +
    'With distance.name=euclidean and reducer.name=active-mean: TripletMarginLoss of pytorch-metric-learning, as in the Reality Check',
  compares: 'pairs',
  distance: {default: {name: 'squared', normalise: true}, names: ['euclidean', 'squared', 'similarity']},
  reducer: {name: 'mean'},
  parameters: {
    margin: z
      .number()
      .min(-4)
      .max(4)
      .default(0.1)
      .describe('by how much a negative has to be farther than the positive'),
  },
} as const satisfies LossCard
