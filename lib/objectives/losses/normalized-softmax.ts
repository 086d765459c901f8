import type {ParametersOf} from '../card.ts'
import {cosineLoss} from '../classes/cosine-loss.ts'
import type {normalizedSoftmax} from './normalized-softmax.card.ts'

/** Softmax cross-entropy of the cosines with class weights. */
export const open = cosineLoss<ParametersOf<typeof normalizedSoftmax>>(({temperature}) => ({
  weights: 'class_weights',
  deviation: 1,
  scale: 1 / temperature,
  own: 'as it is',
}))
