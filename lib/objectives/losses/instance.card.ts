import {z} from 'zod'
import type {LossCard} from '../card.ts'

export const instance = {
  name: 'instance',
  title: 'Instance loss',
  formula:
    'mean over rows i of log(sum over rows j of exp(gamma s(i, j))) - gamma s(i, t(i)), where t(i) is how many classes of the batch have a lower number than the class of i, taken as the number of a row',
  source:
    'Zheng et al. 2020, "Dual-Path Convolutional Image-Text Embeddings with Instance Loss", where class weights stand in place of rows; InstanceLoss of pytorch-metric-learning 2.8.1, ' +
    'whose numbers these are: its target is the row whose number is the index of the class, so it depends on the order of the rows. In a batch of one image for each of the classes in ascending order it is the loss of the paper',
  compares: 'batch',
  reducer: {name: 'mean'},
  parameters: {
    gamma: z.number().min(0.01).max(1000).default(64).describe('multiplies the similarities'),
  },
} as const satisfies LossCard
