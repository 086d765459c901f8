import {z} from 'zod'
import type {LossCard} from '../card.ts'

export const contrastiveDistillation = {
  name: 'contrastive-distillation',
  title: 'Contrastive loss with a teacher’s distances',
  formula:
    'mean over (a, p) of d(a, p)^2 / 2 + negative_weight * mean over (a, n) of (d_teacher(a, n) - d(a, n))^2 / 2',
  source:
    'Budnik and Avrithis 2021, "Asymmetric Metric Learning for Knowledge Transfer": contrastive_dist of their code, which sums over the tuple (reducer.name=sum)',
  compares: 'pairs',
  distance: {default: {name: 'euclidean', normalise: true}, names: ['euclidean', 'squared']},
  reducer: {name: 'mean'},
  teacher: true,
  parameters: {
    negative_weight: z.number().min(0).max(1000).default(1).describe('weight of the negatives'),
  },
  objections: ({memory}: {memory?: unknown}) =>
    memory ? [{path: ['memory'], text: 'must be null: the teacher’s embeddings are not remembered'}] : [],
} as const satisfies LossCard
