import {z} from 'zod'
import type {LossCard} from '../card.ts'

export const rkd = {
  name: 'rkd',
  title: 'Relational knowledge distillation',
  formula:
    'distance_weight * mean over rows i, j of h(d_ij / mean d - t_ij / mean t) + angle_weight * mean over rows i, j, k of h(cos angle at i between j and k - the same of the teacher), h(x) = x^2 / 2 below 1, |x| - 1/2 above',
  source:
    'Park et al. 2019, "Relational Knowledge Distillation", equations 5 to 10, where the weights are 25 and 50 (or either alone); as set, with angles counting twice, it is the rkd of Budnik and Avrithis 2021. ' +
    'As in both codes, means count the places where rows coincide, which are 0',
  compares: 'batch',
  distance: {default: {name: 'squared', normalise: true}, names: ['squared']},
  reducer: {name: 'sum'},
  teacher: true,
  parameters: {
    distance_weight: z.number().min(0).max(1000).default(1).describe('weight of the distances'),
    angle_weight: z.number().min(0).max(1000).default(2).describe('weight of the angles'),
  },
} as const satisfies LossCard
