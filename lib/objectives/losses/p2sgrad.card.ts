import type {LossCard} from '../card.ts'

export const p2sgrad = {
  name: 'p2sgrad',
  title: 'P2SGrad loss',
  formula: 'mean over rows x of class y and classes c of (cos(x, w_c) - [c = y])^2',
  source:
    'Zhang et al. 2019, "P2SGrad", equation 11, whose gradients are those of this mean square; P2SGradLoss of pytorch-metric-learning 2.8.1, which puts weights back to unit length before every step, ' +
    'where here the length has no part in the loss. Weights w begin uniform, at unit length, as there',
  compares: 'classes',
  reducer: {name: 'mean'},
  weights: true,
  parameters: {},
} as const satisfies LossCard
