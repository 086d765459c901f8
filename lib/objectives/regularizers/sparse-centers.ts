import {UserError} from '../../user-error.ts'
import {centreSpread} from '../classes/centre-spread.ts'
import {openVectors} from '../vectors.ts'
import type {Regularizer} from './regularizer.ts'

export const of = 'class-weights'

/** Half the mean distance between the centres of a class. */
export const penalise: Regularizer<unknown> = ({rows, classes}) => {
  if (rows.shape[0] === classes) {
    throw new UserError(
      'objective.regularizers: sparse-centers compares the centres of a class, but this loss has one a class. Leave it out, or choose soft-triple or sub-center-arcface.',
    )
  }
  const centres = openVectors(rows)
  const {value, gradient} = centreSpread(centres.tensor('unit'), classes, 0)
  const byRows = centres.fromTensor('unit', gradient)
  centres.dispose()
  return {value, gradient: byRows}
}
