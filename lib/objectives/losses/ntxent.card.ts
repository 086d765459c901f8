import {z} from 'zod'
import type {LossCard} from '../card.ts'

export const ntxent = {
  name: 'ntxent',
  title: 'NT-Xent loss',
  formula:
    'mean over (a, p) of -log(q + floor), q = exp(s(a, p) / temperature) / (exp(s(a, p) / temperature) + sum over n of exp(s(a, n) / temperature))',
  source:
    'Chen et al. 2020, "A Simple Framework for Contrastive Learning" (SimCLR), equation 1, and Sohn 2016 and van den Oord et al. 2018 before them (InfoNCE). ' +
    'NTXentLoss of pytorch-metric-learning: 0.9.88, as in the Reality Check, has floor 1e-20; 2.8.1 the smallest normal number of its type (float32: 1.1754943508222875e-38). ' +
    'A floor caps the loss of a pair at -log(floor), and what is near the cap learns nothing; without one no pair is given up at any temperature',
  compares: 'pairs',
  distance: {default: {name: 'similarity', normalise: true}, names: ['similarity', 'euclidean', 'squared']},
  reducer: {name: 'mean'},
  parameters: {
    temperature: z.number().min(1e-5).max(1000).default(0.07).describe('divides the similarities'),
    floor: z.number().min(0).max(0.5).default(0).describe('added to the probability of a positive'),
  },
} as const satisfies LossCard
