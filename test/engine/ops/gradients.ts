import assert from 'node:assert/strict'
import {weightToHost} from '../../../lib/engine/layout.ts'
import {free, fromHost, liveTensors, read} from '../../../lib/engine/op.ts'
import {Parameter} from '../../../lib/engine/parameter.ts'
import {Tape, Value} from '../../../lib/engine/tape.ts'
import {hashed} from '../../model/tiny-network.ts'

/** A differentiable operation, with what it is a function of. */
export interface Checked {
  readonly inputs: readonly Numbers[]
  readonly parameters: readonly Numbers[]
  apply(inputs: readonly Value[], parameters: readonly Parameter[], tape?: Tape): Value
}

export interface Numbers {
  readonly shape: readonly number[]
  readonly data: Float32Array
}

/** Numbers in [-scale, scale). */
export function numbers(stream: number, shape: readonly number[], scale = 1): Numbers {
  const count = shape.reduce((product, length) => product * length, 1)
  return {shape, data: Float32Array.from(hashed(stream, count), (value) => scale * value)}
}

/**
 * Compares the gradients of an operation's inputs and parameters with differences along random directions, and that no handle is left
 * behind. The step trades the rounding of float32 for curvature: about 1 in 1000 of a slope stays.
 */
export function checkGradients({inputs, parameters, apply}: Checked, tolerance = 5e-3): void {
  const before = liveTensors()
  const all = [...inputs, ...parameters]
  const {gradients, upstream} = gradientsOf({inputs, parameters, apply})
  all.forEach(({data}, which) => {
    const direction = hashed(9000 + which, data.length)
    const slope = inner(gradients[which]!, direction)
    const step = 4e-3
    const [above, below] = [step, -step].map((distance) => {
      const moved = all.map((part, i) =>
        i === which ? {...part, data: part.data.map((value, at) => value + distance * direction[at]!)} : part,
      )
      return inner(
        outputOf({inputs: moved.slice(0, inputs.length), parameters: moved.slice(inputs.length), apply}),
        upstream,
      )
    })
    const measured = (above! - below!) / (2 * step)
    const scale = Math.hypot(...gradients[which]!)
    assert.ok(Math.abs(measured - slope) < tolerance * scale, `part ${which}: ${slope}, measured ${measured}`)
  })
  assert.equal(liveTensors(), before)
}

/** Gradients of inputs, then parameters, for the upstream gradient that is the output's hash. */
function gradientsOf({inputs, parameters, apply}: Checked) {
  const values = inputs.map(({shape, data}) => new Value(fromHost(data, shape)).hold())
  const weights = parameters.map(({shape, data}, i) => new Parameter(`parameter ${i}`, data, shape))
  const tape = new Tape()
  const output = apply(values, weights, tape)
  const upstream = hashed(
    8000,
    output.raw.shape.reduce((product, length) => product * length, 1),
  )
  const gradient = fromHost(Float32Array.from(upstream), output.raw.shape)
  tape.backward(output, gradient)
  output.release()
  const ofInputs = values.map((value) => value.gradient!)
  const ofParameters = weights.map((weight) => weight.takeGradient()!)
  const gradients = [...ofInputs.map(read), ...ofParameters.map(weightToHost)].map((data) => Float64Array.from(data))
  free(gradient, ...ofInputs, ...ofParameters)
  for (const value of values) value.release()
  for (const weight of weights) weight.dispose()
  return {gradients, upstream}
}

function outputOf({inputs, parameters, apply}: Checked): Float64Array {
  const values = inputs.map(({shape, data}) => new Value(fromHost(data, shape)))
  const weights = parameters.map(({shape, data}, i) => new Parameter(`parameter ${i}`, data, shape))
  const output = apply(values, weights)
  const data = Float64Array.from(read(output.raw))
  output.release()
  for (const weight of weights) weight.dispose()
  return data
}

function inner(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}
