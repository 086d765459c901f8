import {z} from 'zod'
import type {LossCard} from '../card.ts'

export const angular = {
  name: 'angular',
  title: 'Angular loss',
  formula: 'mean over (a, p) of log(1 + sum over n of exp(4 tan^2(alpha) (a + p) . n - 2 (1 + tan^2(alpha)) a . p))',
  source:
    'Wang et al. 2017, "Deep Metric Learning with Angular Loss", equation 9; AngularLoss of pytorch-metric-learning 0.9.88. Its 2.8.1 normalises anchors and positives alone: ' +
    'with negatives as they come (raw_negatives) the numbers are those of 2.8.1 on embeddings of any length',
  compares: 'pairs',
  reducer: {name: 'mean'},
  parameters: {
    alpha: z.number().positive().max(85).default(40).describe('degrees: the largest angle at the negative'),
    raw_negatives: z
      .boolean()
      .default(false)
      .describe('whether negatives keep their length while anchors and positives have length 1'),
  },
} as const satisfies LossCard
