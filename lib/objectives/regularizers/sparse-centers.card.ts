import type {RegularizerCard} from './regularizer.ts'

export const sparseCenters = {
  name: 'sparse-centers',
  title: 'Distance between the centres of a class',
  formula: 'half the mean over pairs of centres u, v of one class of |u - v|, at unit length',
  source:
    'Qian et al. 2019, "SoftTriple Loss", equation 11: centres that a class does not need come together; SparseCentersRegularizer of pytorch-metric-learning 2.8.1',
  of: 'class-weights',
  parameters: {},
} as const satisfies RegularizerCard
