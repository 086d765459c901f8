import type {RegularizerCard} from './regularizer.ts'

export const centerInvariant = {
  name: 'center-invariant',
  title: 'Equal lengths of class weights',
  formula: 'mean over classes of (|w|^2 - m)^2 / 4, m the mean of |w|^2',
  source:
    'Wu et al. 2017, "Deep Face Recognition with Center Invariant Loss"; CenterInvariantRegularizer of pytorch-metric-learning',
  of: 'class-weights',
  parameters: {},
} as const satisfies RegularizerCard
