import {z} from 'zod'
import type {LossCard} from '../card.ts'
import {angularMargin} from '../classes/angular-margin.card.ts'

export const subCenterArcface = {
  name: 'sub-center-arcface',
  title: 'Sub-center ArcFace loss',
  formula: 'as arcface with several weights a class: cos(x, w_c) is the largest cosine with a sub-centre of class c',
  source:
    'Deng et al. 2020, "Sub-center ArcFace"; SubCenterArcFaceLoss of pytorch-metric-learning 2.8.1. Sub-centres begin normally distributed, as there',
  compares: 'classes',
  reducer: {name: 'mean'},
  weights: true,
  centres: 'sub_centers',
  parameters: {
    sub_centers: z.int().min(1).max(100).default(3).describe('sub-centres a class'),
    ...angularMargin,
  },
} as const satisfies LossCard
