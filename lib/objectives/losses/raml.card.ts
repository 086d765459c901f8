import {z} from 'zod'
import type {LossCard} from '../card.ts'

export const raml = {
  name: 'raml',
  title: 'Resolution-asymmetric distillation',
  formula:
    'sum over images of absolute * mean over views i of (1 - s_i . t_i)^2 + teacher_student * mean over i != j of (s_i . t_j - t_i . t_j)^2 + student_student * mean over i != j of (s_i . s_j - t_i . t_j)^2',
  source:
    'Suma and Tolias 2023, "Large-to-small Image Resolution Asymmetry in Deep Metric Learning", equations 1 to 4: L_abs, L_ts and L_ss; teacher_student is their lambda 1, student_student their lambda 2 (0.6 to 0.8 in what they publish). ' +
    'Views of an image are the rows of one group of the plan; t is what a teacher makes of the same view. As in their code 1e-6 is added inside every square',
  compares: 'views',
  distance: {default: {name: 'similarity', normalise: true}, names: ['similarity']},
  reducer: {name: 'sum'},
  teacher: true,
  parameters: {
    absolute: z.number().min(0).max(1000).default(1).describe('weight of the views by themselves'),
    teacher_student: z.number().min(0).max(1000).default(0).describe('weight of student views against teacher views'),
    student_student: z.number().min(0).max(1000).default(0).describe('weight of student views against each other'),
  },
} as const satisfies LossCard
