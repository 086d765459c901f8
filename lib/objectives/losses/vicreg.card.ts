import {z} from 'zod'
import type {LossCard} from '../card.ts'

const share = z.number().min(0).max(1e4)

export const vicreg = {
  name: 'vicreg',
  title: 'VICReg',
  formula:
    'invariance mean over images of mean over i of (x_i - y_i)^2, for the two views x and y of an image; and for each of the views ' +
    'variance / 2 mean over i of max(0, 1 - sqrt(var(x_i) + epsilon)) + covariance / dim sum over i and j other than i of cov(x_i, x_j)^2, over the images of the batch',
  source:
    'Bardes, Ponce and LeCun 2022, "VICReg: Variance-Invariance-Covariance Regularization", equations 1 to 6; VICRegLoss of pytorch-metric-learning 2.8.1. ' +
    'Needs two views of every image (mining.sampler=views) and looks at no classes',
  compares: 'views',
  reducer: {name: 'mean'},
  parameters: {
    invariance: share.default(25).describe('weight of how far the views of an image are apart'),
    variance: share.default(25).describe('weight of how much less than 1 the numbers of an embedding vary'),
    covariance: share.default(1).describe('weight of how much they vary together'),
    epsilon: z.number().min(1e-8).max(1).default(1e-4).describe('added to a variance, whose root would be steep at 0'),
  },
} as const satisfies LossCard
