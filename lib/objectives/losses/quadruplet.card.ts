import {z} from 'zod'
import type {LossCard} from '../card.ts'

export const quadruplet = {
  name: 'quadruplet',
  title: 'Quadruplet loss',
  formula:
    'mean over (a, p, n) of max(0, d(a, p) - d(a, n) + margin) + mean of max(0, d(a, p) - d(n, m) + second_margin), m drawn from the rows of third classes',
  source:
    'Chen et al. 2017, "Beyond Triplet Loss", equation 7 (squared distances). As set: Roth et al. 2020, whose m may be any row with another negative than n; ours is never of the class of a or n, as in the paper',
  compares: 'pairs',
  distance: {default: {name: 'euclidean', normalise: true}, names: ['euclidean', 'squared', 'similarity', 'lp']},
  reducer: {name: 'mean'},
  parameters: {
    margin: z
      .number()
      .min(-4)
      .max(4)
      .default(0.2)
      .describe('by how much a negative has to be farther than the positive'),
    second_margin: z
      .number()
      .min(-4)
      .max(4)
      .default(0.2)
      .describe('by how much two images of other classes have to be farther apart than the positive pair'),
  },
  objections: ({memory}: {memory?: unknown}) =>
    memory ? [{path: ['memory'], text: 'must be null: a quadruplet compares negatives with each other'}] : [],
} as const satisfies LossCard
