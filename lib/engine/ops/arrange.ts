// Moving numbers about: slices, padding, every nth pixel. Inputs stay the caller's.
import {free, INT32, int, type Raw, run, type} from '../op.ts'
import {filled, ints, reshape} from './elementwise.ts'

/** The block of the given size that starts at `begin`. */
export function slice(x: Raw, begin: readonly number[], size: readonly number[]): Raw {
  const first = ints(begin)
  const length = ints(size)
  const block = run('Slice', [x, first, length], [type('T', x.dtype), type('Index', INT32)])
  free(first, length)
  return block
}

/** Adds zeros, or another number, before and after along each axis. */
export function pad(x: Raw, amounts: readonly (readonly [before: number, after: number])[], number = 0): Raw {
  const flat = ints(amounts.flat())
  const paddings = reshape(flat, [amounts.length, 2])
  const around = filled(number, [], x.dtype)
  const padded = run('PadV2', [x, paddings, around], [type('T', x.dtype), type('Tpaddings', INT32)])
  free(flat, paddings, around)
  return padded
}

/** Joins tensors along an axis. */
export function concatenate(tensors: readonly Raw[], along = 0): Raw {
  const axes = ints([along])
  const axis = reshape(axes, [])
  const dtype = tensors[0]!.dtype
  const joined =
    tensors.length === 1
      ? run('Identity', tensors, [type('T', dtype)])
      : run('ConcatV2', [...tensors, axis], [type('T', dtype), int('N', tensors.length), type('Tidx', INT32)])
  free(axes, axis)
  return joined
}

/**
 * `height` by `width` pixels of [images, rows, columns, channels], every nth one from the given row and column. Rows and columns must be
 * multiples of n: then it is a slice of six axes, 15 times as fast as StridedSlice.
 */
export function everyNth(x: Raw, n: number, row: number, column: number, height: number, width: number): Raw {
  const [images, rows, columns, channels] = x.shape as [number, number, number, number]
  const lattice = reshape(x, [images, rows / n, n, columns / n, n, channels])
  const begin = [0, Math.floor(row / n), row % n, Math.floor(column / n), column % n, 0]
  const block = slice(lattice, begin, [images, height, 1, width, 1, channels])
  const pixels = reshape(block, [images, height, width, channels])
  free(lattice, block)
  return pixels
}

/** Every nth pixel up to the last one, which in a turned image is every nth from the first. */
export function subsample(x: Raw, n: number): Raw {
  const [, rows, columns] = x.shape as [number, number, number]
  const [height, width] = [Math.ceil(rows / n), Math.ceil(columns / n)]
  const whole = pad(x, [
    [0, 0],
    [height * n - rows, 0],
    [width * n - columns, 0],
    [0, 0],
  ])
  const pixels = everyNth(whole, n, n - 1, n - 1, height, width)
  free(whole)
  return pixels
}

/** The gradient of `subsample`: puts pixels back into an image of zeros with the given shape. */
export function spread(pixels: Raw, n: number, shape: readonly number[]): Raw {
  const [images, height, width, channels] = pixels.shape as [number, number, number, number]
  const single = reshape(pixels, [images, height, 1, width, 1, channels])
  const lattice = pad(single, [
    [0, 0],
    [0, 0],
    [n - 1, 0],
    [0, 0],
    [n - 1, 0],
    [0, 0],
  ])
  const whole = reshape(lattice, [images, height * n, width * n, channels])
  const result = slice(whole, [0, height * n - shape[1]!, width * n - shape[2]!, 0], shape)
  free(single, lattice, whole)
  return result
}
