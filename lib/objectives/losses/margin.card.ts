import {z} from 'zod'
import type {LossCard} from '../card.ts'

export const margin = {
  name: 'margin',
  title: 'Margin loss',
  formula:
    'sum over (a, p, n) of max(0, d(a, p) - beta + margin) + max(0, beta - d(a, n) + margin), divided by how many of these numbers are above 0; ' +
    'beta is trained, one for all or one for each class (the anchor’s); nu * beta is added',
  source:
    'Wu et al. 2017, "Sampling Matters in Deep Embedding Learning", equation 9; MarginLoss of pytorch-metric-learning 0.9.88 and 2.8.1, as in the Reality Check (“margin”, “margin/class”); ' +
    'with per_class: Deep-Metric-Learning-Baselines on PyTorch before 1.2 and so in its published table; the same code on later versions is counts=triplets. ' +
    'nu: one beta: nu * beta; per class: nu * sum over triplets of beta of the anchor’s class, divided by the same count',
  compares: 'pairs',
  distance: {default: {name: 'euclidean', normalise: true}, names: ['euclidean', 'squared', 'similarity', 'lp', 'snr']},
  reducer: {name: 'active-mean'},
  weights: true,
  parameters: {
    margin: z.number().min(-4).max(4).default(0.2).describe('half the width of the strip around beta'),
    beta: z.number().min(-4).max(4).default(1.2).describe('the boundary between positives and negatives, at the start'),
    per_class: z.boolean().default(false).describe('whether every class has a boundary of its own'),
    learn_beta: z.boolean().default(true).describe('whether beta is trained'),
    nu: z.number().min(0).max(100).default(0).describe('weight of the penalty on beta, where it is trained'),
    counts: z
      .enum(['pairs', 'triplets'])
      .default('pairs')
      .describe('what the mean divides by: active pairs of every triplet, or triplets with an active pair'),
  },
} as const satisfies LossCard
