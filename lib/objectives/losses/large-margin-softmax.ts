import type {ParametersOf} from '../card.ts'
import {multipleAngleLoss} from '../classes/multiple-angle-loss.ts'
import type {largeMarginSoftmax} from './large-margin-softmax.card.ts'

/** A margin that multiplies the angle to the own class, on products with weights of any length. */
export const open = multipleAngleLoss<ParametersOf<typeof largeMarginSoftmax>>('raw')
