import {FLOAT, free, type Raw} from '../op.ts'
import type {Parameter} from '../parameter.ts'
import {type Tape, Value} from '../tape.ts'
import {pad, slice} from './arrange.ts'
import {add, cast, columnSums, reshape} from './elementwise.ts'
import {matMul} from './matrix.ts'
import {transpose} from './transpose.ts'

/**
 * A convolution whose stride is the side of its kernel, with bias: every patch of a map [images, height, width, channels] becomes one
 * position. What is left over at the end of PyTorch's rows and columns is left out, which is the beginning of turned maps (convolution.ts).
 * Kernels are [size, size, channels, outputs], turned. Consumes its input.
 */
export function patches(x: Value, kernel: Parameter, bias: Parameter, tape?: Tape): Value {
  const [size, , , outputs] = kernel.raw.shape as [number, number, number, number]
  const dtype = x.raw.dtype
  const [images, rows, columns] = x.raw.shape as [number, number, number, number]
  const grid = [Math.floor(rows / size), Math.floor(columns / size)] as const
  const cut = asRows(x.raw, size, grid)
  const [matrix, shift] = [asMatrix(kernel, dtype), cast(bias.raw, dtype)]
  const product = matMul(cut, matrix)
  const sum = add(product, shift)
  const output = new Value(reshape(sum, [images, ...grid, outputs]))
  free(cut, matrix, shift, product, sum)
  tape?.record({
    output,
    kept: [x],
    backward: (gradient) => {
      const upstream = reshape(gradient, [-1, outputs])
      kernel.addGradient(kernelGradient(upstream, asRows(x.raw, size, grid), kernel.raw.shape))
      bias.addGradient(columnSums(upstream))
      if (x.needsGradient) {
        const back = asMatrix(kernel, dtype)
        x.addGradient(asMap(matMul(upstream, back, {transposeB: true}), size, grid, x.raw.shape))
        free(back)
      }
      free(gradient, upstream)
    },
  })
  x.release()
  return output
}

type Grid = readonly [down: number, across: number]

/** [patches, size * size * channels] */
function asRows(x: Raw, size: number, [down, across]: Grid): Raw {
  const [images, rows, columns, channels] = x.shape as [number, number, number, number]
  const begin = [0, rows - down * size, columns - across * size, 0]
  const whole = slice(x, begin, [images, down * size, across * size, channels])
  const lattice = reshape(whole, [images, down, size, across, size * channels])
  const sorted = transpose(lattice, [0, 1, 3, 2, 4])
  const result = reshape(sorted, [images * down * across, size * size * channels])
  free(whole, lattice, sorted)
  return result
}

/** Puts rows of patches back into a map of the given shape; takes them over. */
function asMap(cut: Raw, size: number, [down, across]: Grid, shape: readonly number[]): Raw {
  const [images, rows, columns, channels] = shape as [number, number, number, number]
  const sorted = reshape(cut, [images, down, across, size, size * channels])
  const lattice = transpose(sorted, [0, 1, 3, 2, 4])
  const whole = reshape(lattice, [images, down * size, across * size, channels])
  const result = pad(whole, [
    [0, 0],
    [rows - down * size, 0],
    [columns - across * size, 0],
    [0, 0],
  ])
  free(cut, sorted, lattice, whole)
  return result
}

function asMatrix(kernel: Parameter, dtype: number): Raw {
  const matrix = reshape(kernel.raw, [-1, kernel.raw.shape.at(-1)!])
  const typed = cast(matrix, dtype)
  free(matrix)
  return typed
}

/** Takes the patches over. */
function kernelGradient(gradient: Raw, cut: Raw, shape: readonly number[]): Raw {
  const product = matMul(cut, gradient, {transposeA: true})
  const exact = cast(product, FLOAT)
  const result = reshape(exact, shape)
  free(cut, product, exact)
  return result
}
