import {z} from 'zod'
import type {LossCard} from '../card.ts'

export const nca = {
  name: 'nca',
  title: 'Neighbourhood components analysis',
  formula:
    'mean over anchors a with positives of -log(sum over p of exp(-softmax_scale d(a, p)) / sum over all others o of exp(-softmax_scale d(a, o)))',
  source:
    'Goldberger et al. 2004, equations 1 and 5, with a logarithm and squared distances of normalised embeddings; NCALoss of pytorch-metric-learning 0.9.88 and 2.8.1, ' +
    'where a miner does not choose pairs, as here, but weighs anchors',
  compares: 'pairs',
  distance: {default: {name: 'squared', normalise: true}, names: ['squared', 'euclidean', 'similarity']},
  reducer: {name: 'mean'},
  parameters: {
    softmax_scale: z.number().min(1e-3).max(1000).default(1).describe('multiplies the distances'),
  },
} as const satisfies LossCard
