// The unit that residual networks are made of: convolution, batch normalisation, then an optional residual and ReLU.

import {FLOAT, free, type Raw} from '../op.ts'
import type {Parameter} from '../parameter.ts'
import type {Tape, Value} from '../tape.ts'
import {inputGradient, kernelGradient} from './convolution.ts'
import {add, cast, relu, reluGradient} from './elementwise.ts'

/** Applies the unit to an input, which it consumes. Without a tape nothing is kept for gradients. */
export type Unit = (x: Value, ending: Ending, tape?: Tape) => Value

/** What comes after the normalisation; the residual is consumed. */
export interface Ending {
  readonly residual?: Value
  readonly relu: boolean
}

/** The weights of a unit. Mean and variance are the running statistics; live batch norm replaces them. */
export interface UnitWeights {
  readonly kernel: Parameter
  /** Of the convolution, where it has one. */
  readonly bias?: Parameter
  readonly scale: Parameter
  readonly shift: Parameter
  readonly stride: number
  /** Added to the variance. */
  readonly epsilon: number
  /** Share of a batch in the running statistics. */
  readonly momentum: number
  mean: Raw
  variance: Raw
}

/** Adds the residual and applies the ReLU; takes over `normalised`. */
export function finish(normalised: Raw, {residual, relu: positive}: Ending): Raw {
  const sum = residual === undefined ? normalised : add(normalised, residual.raw)
  const output = positive ? relu(sum) : sum
  if (sum !== normalised) free(normalised)
  if (output !== sum) free(sum)
  return output
}

/** The gradient before the ReLU, if there is one; takes over `gradient`. */
export function beforeEnding(gradient: Raw, output: Raw, {relu: positive}: Ending): Raw {
  if (!positive) return gradient
  const before = reluGradient(gradient, output)
  free(gradient)
  return before
}

/** Passes the gradient of a convolution's output on to its input, and returns that of its kernel, float32. */
export function convolutionGradients(x: Value, kernel: Raw, gradient: Raw, stride: number): Raw {
  const ofKernel = kernelGradient(x.raw, gradient, stride, kernel.shape)
  if (x.needsGradient) x.addGradient(inputGradient(gradient, kernel, stride, x.raw.shape))
  const exact = cast(ofKernel, FLOAT)
  free(ofKernel)
  return exact
}
