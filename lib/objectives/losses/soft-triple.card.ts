import {z} from 'zod'
import type {LossCard} from '../card.ts'

export const softTriple = {
  name: 'soft-triple',
  title: 'SoftTriple loss',
  formula:
    'mean over rows x of class y of -log softmax over classes c of la * s_c, with la * (s_y - margin) for the own class, at y; s_c = sum over centres w of class c of softmax(cos(x, w) / gamma) cos(x, w); ' +
    '+ reg_weight / 2 * mean over pairs of centres u, v of one class of sqrt(2 + 1e-5 - 2 cos(u, v))',
  source:
    'Qian et al. 2019, "SoftTriple Loss", equations 5, 8 and 11. As set: SoftTripleLoss of pytorch-metric-learning 0.9.88, as in the Reality Check (CUB: la 78.02, gamma 58.95, reg_weight 0.3754, margin 0.4307); ' +
    'with reg_weight=0: that of 2.8.1. Centres begin uniform within 1 / sqrt(classes * centers_per_class), as there',
  compares: 'classes',
  reducer: {name: 'mean'},
  weights: true,
  centres: 'centers_per_class',
  parameters: {
    centers_per_class: z.int().min(1).max(100).default(10).describe('centres a class'),
    la: z.number().positive().max(10_000).default(20).describe('multiplies the similarities with the classes'),
    gamma: z
      .number()
      .min(1e-5)
      .max(10_000)
      .default(0.1)
      .describe('temperature among the centres of a class: near 0 the nearest counts, far above 1 all alike'),
    margin: z.number().min(0).max(2).default(0.01).describe('taken off the similarity with the own class'),
    reg_weight: z
      .number()
      .min(0)
      .max(10_000)
      .default(0.2)
      .describe('share of the penalty on the distance between centres of a class'),
  },
} as const satisfies LossCard
