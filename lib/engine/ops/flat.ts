// Many tensors as one flat vector: an optimiser then costs a handful of operations however many weights there are.
import {FLOAT, free, type Raw, read, run, type} from '../op.ts'
import {concatenate, slice} from './arrange.ts'
import {reshape} from './elementwise.ts'

/** Joins float32 tensors into one vector. */
export function flatten(tensors: readonly Raw[]): Raw {
  const vectors = tensors.map((tensor) => reshape(tensor, [-1]))
  const flat = concatenate(vectors)
  free(...vectors)
  return flat
}

/** Cuts a vector into tensors of the given shapes; views of its memory where they begin and end on 64 bytes. */
export function unflatten(flat: Raw, shapes: readonly (readonly number[])[]): Raw[] {
  let start = 0
  return shapes.map((shape) => {
    const length = shape.reduce((product, size) => product * size, 1)
    const part = slice(flat, [start], [length])
    const tensor = reshape(part, shape)
    free(part)
    start += length
    return tensor
  })
}

/** Sum of squares, read back to the host. */
export function sumOfSquares(flat: Raw): number {
  const half = run('L2Loss', [flat], [type('T', FLOAT)])
  const [value] = read(half)
  free(half)
  return 2 * value!
}
