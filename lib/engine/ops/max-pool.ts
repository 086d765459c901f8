// The stem's maximum over 3x3 windows with stride 2, of turned images (convolution.ts). May come before the ReLU, where it is as right and
// leaves the ReLU a quarter of the work: what padding could win is below zero, and there the ReLU's gradient is zero.
import {onednn, onednnKernel} from '../kernels.ts'
import {bool, free, int, type Raw, run, runMany, text, type} from '../op.ts'
import {type Tape, Value} from '../tape.ts'
import {ints, reshape} from './elementwise.ts'

/** Consumes its input. */
export function maxPool(x: Value, tape?: Tape): Value {
  const output = onednn ? fastMaxPool(x, tape) : stockMaxPool(x, tape)
  x.release()
  return output
}

/** Keeps one byte per output (which of the nine was largest) instead of input and output. */
function fastMaxPool(x: Value, tape?: Tape): Value {
  const [pooled, places] = runMany('_MklNativeMaxPool', [x.raw], fastAttributes(x.raw.dtype), 2) as [Raw, Raw]
  const output = new Value(pooled)
  const byImage = new Value(reshape(places, [x.raw.shape[0]!, -1]))
  free(places)
  const inputShape = x.raw.shape.slice(1)
  tape?.record({
    output,
    kept: [byImage],
    backward: (gradient) => {
      x.addGradient(fastGradient(gradient, byImage.raw, [gradient.shape[0]!, ...inputShape]))
      free(gradient)
    },
  })
  byImage.release()
  return output
}

function fastGradient(gradient: Raw, byImage: Raw, inputShape: readonly number[]): Raw {
  const wanted = ints(inputShape)
  // The kernel asks for the input but looks at its shape only: memory that is never touched costs nothing.
  const input = run('Empty', [wanted], [type('dtype', gradient.dtype), bool('init', false)])
  const places = reshape(byImage, [-1])
  const result = run('_MklNativeMaxPoolGrad', [input, gradient, gradient, places], fastAttributes(gradient.dtype))
  free(wanted, input, places)
  return result
}

function stockMaxPool(x: Value, tape?: Tape): Value {
  const output = new Value(run('MaxPool', [x.raw], windowAttributes(x.raw.dtype)))
  tape?.record({
    output,
    kept: [x, output],
    backward: (gradient) => {
      x.addGradient(run('MaxPoolGrad', [x.raw, output.raw, gradient], windowAttributes(gradient.dtype)))
      free(gradient)
    },
  })
  return output
}

function fastAttributes(dtype: number) {
  return [...windowAttributes(dtype), bool('workspace_enabled', true), onednnKernel]
}

function windowAttributes(dtype: number) {
  return [
    type('T', dtype),
    int('ksize', [1, 3, 3, 1]),
    int('strides', [1, 2, 2, 1]),
    text('padding', 'SAME'),
    int('explicit_paddings', []),
    text('data_format', 'NHWC'),
  ]
}
