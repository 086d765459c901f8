import type {ParametersOf} from '../card.ts'
import {widenedAngle} from '../classes/angular-margin.ts'
import {cosineLoss} from '../classes/cosine-loss.ts'
import type {arcface} from './arcface.card.ts'

/** A margin on the angle to the own class. */
export const open = cosineLoss<ParametersOf<typeof arcface>>((parameters) => ({
  weights: 'class_weights',
  deviation: 1,
  scale: parameters.scale,
  own: widenedAngle(parameters),
}))
