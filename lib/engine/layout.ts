// Weights between PyTorch's layout and the engine's: kernels [out, in, height, width] there, [height, width, in, out] and turned by 180
// degrees here (convolution.ts says why); vectors are the same in both.
import {free, fromHost, type Raw, read, run, type} from './op.ts'
import {ints, reshape} from './ops/elementwise.ts'

/** Copies a weight to the engine. */
export function weightFromHost(data: Float32Array, shape: readonly number[]): Raw {
  const host = fromHost(data, shape)
  const [outputs, inputs, height, width] = shape
  const weight =
    shape.length === 4
      ? turned(host, [2, 3, 1, 0], [height! * width!, inputs!, outputs!], [height!, width!, inputs!, outputs!])
      : copy(host)
  free(host)
  return weight
}

/** Copies a weight, or anything of its shape (a gradient, a moment), to the host in PyTorch's layout. */
export function weightToHost(weight: Raw): Float32Array {
  if (weight.shape.length !== 4) return read(weight) as Float32Array
  const [height, width, inputs, outputs] = weight.shape as [number, number, number, number]
  const back = turned(weight, [3, 2, 0, 1], [outputs, inputs, height * width], [outputs, inputs, height, width])
  const data = read(back) as Float32Array
  free(back)
  return data
}

/** Transposes a kernel and turns it: in row-major order of the positions a turn by 180 degrees is a reversal. */
function turned(x: Raw, order: readonly number[], merged: readonly number[], shape: readonly number[]): Raw {
  const permutation = ints(order)
  const transposed = run('Transpose', [x, permutation], [type('T', x.dtype), type('Tperm', permutation.dtype)])
  const positions = reshape(transposed, merged)
  const reversed = reverse(positions, order[0] === 2 ? 0 : 2)
  const result = reshape(reversed, shape)
  free(permutation, transposed, positions, reversed)
  return result
}

/** Reverses one axis. */
export function reverse(x: Raw, axis: number): Raw {
  const axes = ints([axis])
  const reversed = run('ReverseV2', [x, axes], [type('T', x.dtype), type('Tidx', axes.dtype)])
  free(axes)
  return reversed
}

/** A tensor of its own memory: host arrays may be shared with TensorFlow, and optimisers write in place. */
export function copy(x: Raw): Raw {
  return run('DeepCopy', [x], [type('T', x.dtype)])
}
