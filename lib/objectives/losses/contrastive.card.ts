import {z} from 'zod'
import type {LossCard} from '../card.ts'

export const contrastive = {
  name: 'contrastive',
  title: 'Contrastive loss',
  formula:
    'mean over (a, p) of max(0, d(a, p) - positive_margin)^power + mean over (a, n) of max(0, negative_margin - d(a, n))^power',
  source:
    'Hadsell, Chopra and LeCun 2006, who square the terms (power 2); as set: ContrastiveLoss of pytorch-metric-learning 0.9.88 and 2.8.1, as in the Reality Check. ' +
    'Roth et al. 2020: reducer.name=mean. cnnimageretrieval: half of power 2 with reducer.name=sum and negative_margin 0.7 (half by a weight of `multiple`)',
  compares: 'pairs',
  distance: {
    default: {name: 'euclidean', normalise: true},
    names: ['euclidean', 'squared', 'similarity', 'lp', 'snr'],
  },
  reducer: {name: 'active-mean'},
  parameters: {
    positive_margin: z.number().min(-2).max(4).default(0).describe('positives nearer than this are left alone'),
    negative_margin: z.number().min(-2).max(4).default(1).describe('negatives farther than this are left alone'),
    power: z.number().min(1).max(4).default(1).describe('exponent of every term'),
  },
} as const satisfies LossCard
