import {z} from 'zod'
import type {LossCard} from '../card.ts'

export const generalizedLiftedStructure = {
  name: 'generalized-lifted-structure',
  title: 'Generalized lifted structure loss',
  formula:
    'mean over anchors a of max(0, log(sum over p of exp(d(a, p) - positive_margin)) + log(sum over n of exp(negative_margin - d(a, n)))); a logarithm of nothing is 0',
  source:
    'Hermans, Beyer and Leibe 2017, "In Defense of the Triplet Loss", equation 8; GeneralizedLiftedStructureLoss of pytorch-metric-learning 0.9.88 and 2.8.1',
  compares: 'pairs',
  distance: {default: {name: 'euclidean', normalise: true}, names: ['euclidean', 'squared', 'similarity']},
  reducer: {name: 'mean'},
  parameters: {
    positive_margin: z.number().min(-4).max(4).default(0).describe('taken off the distances of positives'),
    negative_margin: z.number().min(-4).max(4).default(1).describe('distances of negatives are taken off this'),
  },
} as const satisfies LossCard
