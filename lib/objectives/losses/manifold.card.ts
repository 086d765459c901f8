import {z} from 'zod'
import type {LossCard} from '../card.ts'

export const manifold = {
  name: 'manifold',
  title: 'Manifold similarity loss',
  formula:
    'F = (1 - alpha) (I - alpha D^-1/2 S D^-1/2)^-1, S = exp(2 max(0, cos)) between all rows and proxies, 0 on the diagonal, D its row sums; ' +
    'mean over rows x with proxy y of log(1 + sum over proxies p of exp(F_xp - F_xy + margin)), of those p where that is not below 0, ' +
    '+ lambda_c * the same of the cosines between the rows F_x and F_p',
  source:
    'Aziere and Todorovic 2019, "Ensemble Deep Manifold Similarity Learning using Hard Proxies", equations 3 to 8; ManifoldLoss of pytorch-metric-learning 2.8.1. ' +
    'There proxies are dealt out to rows at random unless told; here class number c has proxy c modulo proxies. Proxies begin normally distributed, as there',
  compares: 'classes',
  reducer: {name: 'mean'},
  weights: true,
  parameters: {
    proxies: z
      .int()
      .min(1)
      .max(4096)
      .default(50)
      .describe('proxies that the classes share; a step inverts a matrix of rows + proxies'),
    lambda_c: z.number().min(0).max(1e6).default(1).describe('share of the loss on the context of rows'),
    alpha: z.number().gt(0).lt(1).default(0.8).describe('how much similarity a random walk passes on to neighbours'),
    margin: z.number().min(0).max(2).default(0.0005).describe('by how much the own proxy has to be nearer'),
  },
} as const satisfies LossCard
