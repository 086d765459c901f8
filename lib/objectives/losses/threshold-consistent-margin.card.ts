import {z} from 'zod'
import type {LossCard} from '../card.ts'

export const thresholdConsistentMargin = {
  name: 'threshold-consistent-margin',
  title: 'Threshold-consistent margin loss',
  formula:
    'positive_weight * mean of positive_margin - s(a, p) over positives below positive_margin + negative_weight * mean of s(a, n) - negative_margin over negatives above negative_margin',
  source:
    'Zhang et al. 2023, "Learning for Transductive Threshold Calibration in Open-World Recognition"; ThresholdConsistentMarginLoss of pytorch-metric-learning 2.8.1. Meant to stand beside another loss (`multiple`)',
  compares: 'pairs',
  distance: {default: {name: 'similarity', normalise: true}, names: ['similarity']},
  reducer: {name: 'active-mean'},
  parameters: {
    positive_margin: z.number().min(-1).max(1).default(0.9).describe('positives more similar than this are left alone'),
    negative_margin: z.number().min(-1).max(1).default(0.5).describe('negatives less similar than this are left alone'),
    positive_weight: z.number().min(0).max(1000).default(1).describe('weight of the positives'),
    negative_weight: z.number().min(0).max(1000).default(1).describe('weight of the negatives'),
  },
} as const satisfies LossCard
