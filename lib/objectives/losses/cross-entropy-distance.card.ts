import {z} from 'zod'
import type {LossCard} from '../card.ts'

export const crossEntropyDistance = {
  name: 'cross-entropy-distance',
  title: 'Cross-entropy of distances',
  formula:
    'sum over (a, p) of d(a, p) / temperature + log(sum over all positives and negatives o of a of exp(-d(a, o) / temperature))',
  source:
    'Budnik and Avrithis 2021, "Asymmetric Metric Learning for Knowledge Transfer": cross_entropy_dist of their code; cross_entropy there is distance.name=similarity',
  compares: 'pairs',
  distance: {default: {name: 'euclidean', normalise: true}, names: ['euclidean', 'squared', 'similarity', 'lp']},
  reducer: {name: 'sum'},
  parameters: {
    temperature: z.number().min(1e-4).max(100).default(0.1).describe('divides the distances'),
  },
} as const satisfies LossCard
