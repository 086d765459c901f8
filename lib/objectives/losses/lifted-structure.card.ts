import {z} from 'zod'
import type {LossCard} from '../card.ts'

export const liftedStructure = {
  name: 'lifted-structure',
  title: 'Lifted structure loss',
  formula:
    'mean over (a, p) of max(0, log(sum over negatives n of a or of p of exp(negative_margin - d(., n))) + d(a, p) - positive_margin)^2 / 2',
  source:
    'Oh Song et al. 2016, "Deep Metric Learning via Lifted Structured Feature Embedding", equation 4; LiftedStructureLoss of pytorch-metric-learning 0.9.88 and 2.8.1. ' +
    'A pair of which neither side has negatives is compared with 0 in place of the logarithm; a batch without any gives 0',
  compares: 'pairs',
  distance: {default: {name: 'euclidean', normalise: true}, names: ['euclidean', 'squared', 'similarity']},
  reducer: {name: 'mean'},
  parameters: {
    positive_margin: z.number().min(-4).max(4).default(0).describe('taken off the distance of positives'),
    negative_margin: z.number().min(-4).max(4).default(1).describe('distances of negatives are taken off this'),
  },
} as const satisfies LossCard
