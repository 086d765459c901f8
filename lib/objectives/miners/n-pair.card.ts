import type {MinerCard} from './miner.ts'

export const nPair = {
  name: 'n-pair',
  title: 'N-pair tuples',
  rule: 'of every class in the batch two random images, one the anchor and one the positive; the negatives of an anchor are the positives of all other classes',
  source:
    'Sohn 2016, "Improved Deep Metric Learning with Multi-class N-pair Loss Objective"; Deep-Metric-Learning-Baselines',
  gives: 'pairs',
  parameters: {},
} as const satisfies MinerCard
