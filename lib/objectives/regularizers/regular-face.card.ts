import type {RegularizerCard} from './regularizer.ts'

export const regularFace = {
  name: 'regular-face',
  title: 'Classes apart from their nearest',
  formula: 'mean over class weights w of the cosine with the nearest other one',
  source:
    'Zhao, Xu and Cheng 2019, "RegularFace", equation 6; RegularFaceRegularizer of pytorch-metric-learning. ' +
    'All cosines are looked at in every step, 4 million of them at a time: with 11,318 classes that costs several times the loss itself',
  of: 'class-weights',
  parameters: {},
} as const satisfies RegularizerCard
