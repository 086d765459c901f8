import {z} from 'zod'
import type {LossCard} from '../card.ts'

export const supcon = {
  name: 'supcon',
  title: 'Supervised contrastive loss',
  formula:
    'mean over active anchors a of the mean over p of log(sum over all others o of exp(s(a, o) / temperature)) - s(a, p) / temperature',
  source:
    'Khosla et al. 2020, "Supervised Contrastive Learning", equation 2; SupConLoss of pytorch-metric-learning 2.8.1',
  compares: 'pairs',
  distance: {default: {name: 'similarity', normalise: true}, names: ['similarity']},
  reducer: {name: 'active-mean'},
  parameters: {
    temperature: z.number().min(1e-4).max(100).default(0.1).describe('divides the similarities'),
  },
} as const satisfies LossCard
