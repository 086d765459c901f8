// Maxima of windows of turned images (convolution.ts). A pool may come before a ReLU, where it is as right and leaves the ReLU a part of the work.

import {UserError} from '../../user-error.ts'
import {onednn, onednnKernel} from '../kernels.ts'
import {bool, free, int, type Raw, run, runMany, text, type} from '../op.ts'
import {type Tape, Value} from '../tape.ts'
import {pad, slice} from './arrange.ts'
import {ints, reshape} from './elementwise.ts'

/** Squares of `size`, `stride` apart, as PyTorch places them. */
export interface PoolWindow {
  readonly size: number
  readonly stride: number
  /** How far the first window reaches over the edge. */
  readonly pad: number
  /** Whether a last window may reach over the other edge (ceil_mode); else what is left over there is not looked at. */
  readonly ceil: boolean
}

/** Consumes its input. What is outside the image is never the maximum. */
export function maxPool(x: Value, window: PoolWindow, tape?: Tape): Value {
  const {padding, amounts} = place(window, x.raw.shape)
  const input = padding === 'VALID' && amounts.flat().some((amount) => amount > 0) ? surround(x, amounts, tape) : x
  const geometry = {...window, padding}
  const output = onednn ? fastMaxPool(input, geometry, tape) : stockMaxPool(input, geometry, tape)
  input.release()
  return output
}

interface Geometry {
  readonly size: number
  readonly stride: number
  readonly padding: 'SAME' | 'VALID'
}

type Amount = readonly [before: number, after: number]

/** TensorFlow's own padding where it is the same, else how much to put round the turned image. */
function place(window: PoolWindow, [, height, width]: readonly number[]) {
  const sides = [along(window, height!), along(window, width!)] as const
  const isSame = sides.every(({amount, same}) => amount[0] === same[0] && amount[1] === same[1])
  const amounts: Amount[] = [[0, 0], sides[0].amount, sides[1].amount, [0, 0]]
  return {padding: isSame ? 'SAME' : 'VALID', amounts} as const
}

/** What PyTorch adds, with the end first as the image is turned, and what TensorFlow means by SAME. */
function along({size, stride, pad: before, ceil}: PoolWindow, length: number): {amount: Amount; same: Amount} {
  const steps = (length + 2 * before - size) / stride
  const windows = 1 + (ceil ? Math.ceil(steps) : Math.floor(steps))
  // PyTorch: the last window has to start inside the image or in the padding before it.
  const starting = (windows - 1) * stride >= length + before ? windows - 1 : windows
  if (starting < 1)
    throw new UserError(`A feature map of ${length} is too small for windows of ${size}. Take larger pictures.`)
  const after = (starting - 1) * stride + size - before - length
  if (after < 0)
    throw new Error(`windows of ${size} every ${stride} leave out the end of ${length}: no network here has that`)
  const needed = Math.max((Math.ceil(length / stride) - 1) * stride + size - length, 0)
  return {amount: [after, before], same: [needed >> 1, needed - (needed >> 1)]}
}

/** Smaller than any number of a network, and finite in bfloat16 too. */
const LOWEST = -3e38

function surround(x: Value, amounts: readonly Amount[], tape?: Tape): Value {
  const output = new Value(pad(x.raw, amounts, LOWEST))
  const begin = amounts.map(([before]) => before)
  const size = x.raw.shape.slice(1)
  tape?.record({
    output,
    kept: [],
    backward: (gradient) => {
      x.addGradient(slice(gradient, begin, [gradient.shape[0]!, ...size]))
      free(gradient)
    },
  })
  x.release()
  return output
}

/** Keeps one byte per output (which of its window was largest) instead of input and output. */
function fastMaxPool(x: Value, geometry: Geometry, tape?: Tape): Value {
  const attributes = fastAttributes(x.raw.dtype, geometry)
  const [pooled, places] = runMany('_MklNativeMaxPool', [x.raw], attributes, 2) as [Raw, Raw]
  const output = new Value(pooled)
  const byImage = new Value(reshape(places, [x.raw.shape[0]!, -1]))
  free(places)
  const inputShape = x.raw.shape.slice(1)
  tape?.record({
    output,
    kept: [byImage],
    backward: (gradient) => {
      x.addGradient(fastGradient(gradient, byImage.raw, [gradient.shape[0]!, ...inputShape], geometry))
      free(gradient)
    },
  })
  byImage.release()
  return output
}

function fastGradient(gradient: Raw, byImage: Raw, inputShape: readonly number[], geometry: Geometry): Raw {
  const wanted = ints(inputShape)
  // The kernel asks for the input but looks at its shape only: memory that is never touched costs nothing.
  const input = run('Empty', [wanted], [type('dtype', gradient.dtype), bool('init', false)])
  const places = reshape(byImage, [-1])
  const attributes = fastAttributes(gradient.dtype, geometry)
  const result = run('_MklNativeMaxPoolGrad', [input, gradient, gradient, places], attributes)
  free(wanted, input, places)
  return result
}

function stockMaxPool(x: Value, geometry: Geometry, tape?: Tape): Value {
  const output = new Value(run('MaxPool', [x.raw], windowAttributes(x.raw.dtype, geometry)))
  tape?.record({
    output,
    kept: [x, output],
    backward: (gradient) => {
      const attributes = windowAttributes(gradient.dtype, geometry)
      x.addGradient(run('MaxPoolGrad', [x.raw, output.raw, gradient], attributes))
      free(gradient)
    },
  })
  return output
}

function fastAttributes(dtype: number, geometry: Geometry) {
  return [...windowAttributes(dtype, geometry), bool('workspace_enabled', true), onednnKernel]
}

function windowAttributes(dtype: number, {size, stride, padding}: Geometry) {
  return [
    type('T', dtype),
    int('ksize', [1, size, size, 1]),
    int('strides', [1, stride, stride, 1]),
    text('padding', padding),
    int('explicit_paddings', []),
    text('data_format', 'NHWC'),
  ]
}
