import {z} from 'zod'
import type {LossCard} from '../card.ts'

export const snrContrastive = {
  name: 'snr-contrastive',
  title: 'Signal-to-noise ratio contrastive loss',
  formula:
    'mean over (a, p) of max(0, d(a, p) - positive_margin) + mean over (a, n) of max(0, negative_margin - d(a, n)) + zero_mean * mean over rows x of |sum of x|, where d(x, y) = var(x - y) / var(x)',
  source:
    'Yuan et al. 2019, "Signal-to-Noise Ratio: A Robust Distance Metric for Deep Metric Learning"; SignalToNoiseRatioContrastiveLoss of pytorch-metric-learning 0.9.88, as in the Reality Check, ' +
    'with its regulariser (on the normalised embeddings) as zero_mean. 2.8.1 has it outside and on raw embeddings: regularizers [{name: zero-mean}]',
  compares: 'pairs',
  distance: {default: {name: 'snr', normalise: true}, names: ['snr']},
  reducer: {name: 'active-mean'},
  parameters: {
    positive_margin: z.number().min(-2).max(8).default(0).describe('positives nearer than this are left alone'),
    negative_margin: z.number().min(-2).max(8).default(1).describe('negatives farther than this are left alone'),
    zero_mean: z.number().min(0).max(100).default(0).describe('weight of the penalty on the sum of an embedding'),
  },
} as const satisfies LossCard
