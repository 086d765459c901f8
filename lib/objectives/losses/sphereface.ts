import type {ParametersOf} from '../card.ts'
import {multipleAngleLoss} from '../classes/multiple-angle-loss.ts'
import type {sphereface} from './sphereface.card.ts'

/** A margin that multiplies the angle to the own class, on products with weights of unit length. */
export const open = multipleAngleLoss<ParametersOf<typeof sphereface>>('unit')
