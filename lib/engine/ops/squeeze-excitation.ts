// Squeeze-and-excitation (Hu et al. 2018), with gradients on the tape.
import {FLOAT, free, type Raw, run, type} from '../op.ts'
import type {Parameter} from '../parameter.ts'
import {type Tape, Value} from '../tape.ts'
import {relu} from './activation.ts'
import {add, cast, columnSums, multiply, reshape} from './elementwise.ts'
import {hardSigmoid} from './hard-swish.ts'
import {matMul} from './matrix.ts'
import {overPositions, spoc} from './pooling.ts'
import {sigmoids} from './sigmoid.ts'
import {silu} from './silu.ts'

/** MobileNetV3 (Howard et al. 2019) has relu and hard-sigmoid, EfficientNet (Tan and Le 2019) silu and sigmoid. */
export type ExcitationKind = keyof typeof kinds

const kinds = {
  mobilenet: {bend: relu, open: hardSigmoid},
  efficientnet: {bend: silu, open: sigmoid},
}

/** Two 1x1 convolutions of the mean over positions, the first to fewer channels. */
export interface ExcitationWeights {
  readonly reduce: Pointwise
  readonly expand: Pointwise
}

interface Pointwise {
  /** [1, 1, inputs, outputs] */
  readonly weight: Parameter
  readonly bias: Parameter
}

/** A feature map [images, height, width, channels] times a number between 0 and 1 an image and channel. Consumes its input. */
export function squeezeExcitation(
  map: Value,
  {reduce, expand}: ExcitationWeights,
  kind: ExcitationKind,
  tape?: Tape,
): Value {
  const {bend, open} = kinds[kind]
  const few = bend(pointwise(spoc(map.hold(), tape), reduce, tape), tape)
  return scale(map, open(pointwise(few, expand, tape), tape), tape)
}

/** x W + b of rows [images, inputs], float32. Consumes its input. */
function pointwise(x: Value, {weight, bias}: Pointwise, tape?: Tape): Value {
  const shape = weight.raw.shape
  const matrix = (): Raw => reshape(weight.raw, shape.slice(2))
  const weights = matrix()
  const product = matMul(x.raw, weights)
  const output = new Value(add(product, bias.raw))
  free(weights, product)
  tape?.record({
    output,
    kept: [x],
    backward: (gradient) => {
      const ofMatrix = matMul(x.raw, gradient, {transposeA: true})
      const again = matrix()
      weight.addGradient(reshape(ofMatrix, shape))
      bias.addGradient(columnSums(gradient))
      x.addGradient(matMul(gradient, again, {transposeB: true}))
      free(gradient, ofMatrix, again)
    },
  })
  x.release()
  return output
}

/** Consumes its input. */
function sigmoid(x: Value, tape?: Tape): Value {
  const output = new Value(sigmoids(x.raw))
  tape?.record({
    output,
    kept: [output],
    backward: (gradient) => {
      x.addGradient(sigmoidGradient(gradient, output.raw))
      free(gradient)
    },
  })
  x.release()
  return output
}

/** g σ (1 - σ) */
function sigmoidGradient(gradient: Raw, output: Raw): Raw {
  return run('SigmoidGrad', [output, gradient], [type('T', output.dtype)])
}

/** A map times one float32 number an image and channel [images, channels]. Consumes its inputs. */
function scale(map: Value, gate: Value, tape?: Tape): Value {
  const output = new Value(timesGate(map.raw, gate.raw))
  tape?.record({
    output,
    kept: [map, gate],
    backward: (gradient) => {
      const products = multiply(gradient, map.raw)
      const exact = cast(products, FLOAT)
      gate.addGradient(overPositions('Sum', exact))
      map.addGradient(timesGate(gradient, gate.raw))
      free(gradient, products, exact)
    },
  })
  map.release()
  gate.release()
  return output
}

function timesGate(map: Raw, gate: Raw): Raw {
  const [images, channels] = gate.shape as [number, number]
  const typed = cast(gate, map.dtype)
  const single = reshape(typed, [images, 1, 1, channels])
  const product = multiply(map, single)
  free(typed, single)
  return product
}
