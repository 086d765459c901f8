import {bool, type Raw, run, type} from '../op.ts'

/** Product of two matrices, either of them transposed first. */
export function matMul(a: Raw, b: Raw, {transposeA = false, transposeB = false} = {}): Raw {
  return run('MatMul', [a, b], [type('T', a.dtype), bool('transpose_a', transposeA), bool('transpose_b', transposeB)])
}

/** Products of the matrices of two stacks [any numbers, rows, columns], either of them transposed first; a stack of one serves all. */
export function stackMatMul(a: Raw, b: Raw, {transposeA = false, transposeB = false} = {}): Raw {
  return run('BatchMatMulV2', [a, b], [type('T', a.dtype), bool('adj_x', transposeA), bool('adj_y', transposeB)])
}
