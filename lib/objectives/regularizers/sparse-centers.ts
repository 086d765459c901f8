import {centreSpread} from '../classes/centre-spread.ts'
import {openVectors} from '../vectors.ts'
import type {Regularizer} from './regularizer.ts'

export const of = 'class-weights'

/** Half the mean distance between the centres of a class. */
export const penalise: Regularizer<unknown> = ({rows, classes}) => {
  const centres = openVectors(rows)
  const {value, gradient} = centreSpread(centres.tensor('unit'), classes, 0)
  const byRows = centres.fromTensor('unit', gradient)
  centres.dispose()
  return {value, gradient: byRows}
}
