import type {RegularizerCard} from './regularizer.ts'

export const zeroMean = {
  name: 'zero-mean',
  title: 'Mean of the numbers of an embedding',
  formula: 'mean over rows x of |sum over i of x_i|',
  source:
    'Yuan et al. 2019, "Signal-to-Noise Ratio", section 3.3: distances by signal-to-noise ratio want zero means; ZeroMeanRegularizer of pytorch-metric-learning',
  of: 'embeddings',
  parameters: {},
} as const satisfies RegularizerCard
