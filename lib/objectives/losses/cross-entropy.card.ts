import type {LossCard} from '../card.ts'

export const crossEntropy = {
  name: 'cross-entropy',
  title: 'Softmax cross-entropy',
  formula: 'mean over rows x of class y of -log softmax over classes c of w_c . x / |x| + b_c, at y',
  source:
    'A linear classifier on embeddings of unit length: the cross-entropy loss of Deep-Metric-Learning-Baselines. Weights w and b begin uniform within 1 / sqrt(dim), as torch.nn.Linear',
  compares: 'classes',
  reducer: {name: 'mean'},
  weights: true,
  parameters: {},
} as const satisfies LossCard
