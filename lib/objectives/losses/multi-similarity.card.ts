import {z} from 'zod'
import type {LossCard} from '../card.ts'

const steepness = z.number().min(1e-5).max(1000)

export const multiSimilarity = {
  name: 'multi-similarity',
  title: 'Multi-similarity loss',
  formula:
    'mean over anchors a of log(1 + sum over p of exp(-alpha (s(a, p) - base))) / alpha + log(1 + sum over n of exp(beta (s(a, n) - base))) / beta',
  source:
    'Wang et al. 2019, "Multi-Similarity Loss with General Pair Weighting", equation 8; MultiSimilarityLoss of pytorch-metric-learning 0.9.88 and 2.8.1, ' +
    'as in the Reality Check, there also with miner.name=multi-similarity',
  compares: 'pairs',
  distance: {default: {name: 'similarity', normalise: true}, names: ['similarity', 'euclidean', 'squared']},
  reducer: {name: 'mean'},
  parameters: {
    alpha: steepness.default(2).describe('steepness for positives'),
    beta: steepness.default(50).describe('steepness for negatives'),
    base: z.number().min(-4).max(4).default(0.5).describe('similarity (or distance) that pairs are compared with'),
  },
} as const satisfies LossCard
