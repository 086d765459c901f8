import {free, INT32, type Raw, run, type} from '../op.ts'
import {ints} from './elementwise.ts'

/** The same numbers with the axes in another order. */
export function transpose(x: Raw, order: readonly number[]): Raw {
  const permutation = ints(order)
  const moved = run('Transpose', [x, permutation], [type('T', x.dtype), type('Tperm', INT32)])
  free(permutation)
  return moved
}
