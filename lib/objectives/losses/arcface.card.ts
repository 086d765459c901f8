import type {LossCard} from '../card.ts'
import {angularMargin} from '../classes/angular-margin.card.ts'

export const arcface = {
  name: 'arcface',
  title: 'ArcFace: additive angular margin loss',
  formula: 'as normalized-softmax of scale * cos(x, w_c), with scale * cos(angle(x, w_y) + margin) for the own class y',
  source:
    'Deng et al. 2019, "ArcFace", equation 3. As set: ArcFaceLoss of pytorch-metric-learning 2.8.1. With beyond=cosine, cosine_limit=1e-7: that of 0.9.88, ' +
    'as in the Reality Check (CUB: margin 23.22, scale 100). Roth et al. 2020: margin 28.65, scale 16. Weights w begin normally distributed, as there',
  compares: 'classes',
  reducer: {name: 'mean'},
  weights: true,
  parameters: angularMargin,
} as const satisfies LossCard
