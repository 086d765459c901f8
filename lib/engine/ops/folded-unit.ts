// Batch normalisation with fixed statistics is linear, so it is folded into the convolution before it: one pass instead of two.

import {FLOAT, free, type Raw, run, type} from '../op.ts'
import {Value} from '../tape.ts'
import {convolve} from './convolution.ts'
import {add, alias, cast, columnSums, multiply, scalar, subtract} from './elementwise.ts'
import {beforeEnding, convolutionGradients, finish, type Unit, type UnitWeights} from './unit.ts'

/** A unit with fixed statistics. The folded weights are kept as long as the weights stay the same. */
export interface FoldedUnit {
  readonly apply: Unit
  /** Folds now; afterwards the weights themselves may be freed if they are not trained. */
  fold(): void
  dispose(): void
}

export function foldedUnit(weights: UnitWeights, dtype: number): FoldedUnit {
  let folded: Folded | undefined
  const current = (): Folded => {
    if (folded?.version === version(weights)) return folded
    if (folded) freeFolded(folded)
    folded = fold(weights, dtype)
    return folded
  }
  return {
    apply: (x, ending, tape) => {
      const {kernel, bias} = current()
      const output = new Value(finish(convolve(x.raw, kernel, weights.stride, bias), ending))
      tape?.record({
        output,
        kept: ending.relu ? [x, output] : [x],
        backward: (gradient) => {
          const before = beforeEnding(gradient, output.raw, ending)
          const ofBias = columnSums(before)
          unfold(weights, convolutionGradients(x, kernel, before, weights.stride), ofBias)
          if (ending.residual === undefined) free(before)
          else ending.residual.addGradient(before)
        },
      })
      x.release()
      ending.residual?.release()
      return output
    },
    fold: () => void current(),
    dispose: () => folded && freeFolded(folded),
  }
}

interface Folded {
  readonly version: string
  readonly kernel: Raw
  readonly bias: Raw
}

/** Handles are never used twice, so equal numbers mean equal weights. */
function version({kernel, bias, scale, shift, mean, variance}: UnitWeights): string {
  return [kernel.raw, bias?.raw, scale.raw, shift.raw, mean, variance].map((raw) => raw?.id).join()
}

/** kernel' = kernel * scale / deviation, bias' = shift - (mean - bias) * scale / deviation. */
function fold(weights: UnitWeights, dtype: number): Folded {
  const inverse = inverseDeviation(weights)
  const factor = multiply(weights.scale.raw, inverse)
  const kernel = multiply(weights.kernel.raw, factor)
  const mean = ownMean(weights)
  const centre = multiply(mean, factor)
  const bias = subtract(weights.shift.raw, centre)
  const folded = {version: version(weights), kernel: cast(kernel, dtype), bias: cast(bias, dtype)}
  free(inverse, factor, kernel, mean, centre, bias)
  return folded
}

/**
 * From the gradients of the folded weights to those of the weights; takes over both. With f = scale / deviation:
 * kernel: dk' f; bias: db' f; shift: db'; scale: (sum over positions and inputs of dk' kernel - (mean - bias) db') / deviation.
 */
function unfold(weights: UnitWeights, ofKernel: Raw, ofBias: Raw): void {
  const inverse = inverseDeviation(weights)
  const factor = multiply(weights.scale.raw, inverse)
  weights.kernel.addGradient(multiply(ofKernel, factor))
  weights.bias?.addGradient(multiply(ofBias, factor))
  const products = multiply(ofKernel, weights.kernel.raw)
  const sums = columnSums(products)
  const mean = ownMean(weights)
  const centre = multiply(mean, ofBias)
  const difference = subtract(sums, centre)
  weights.scale.addGradient(multiply(difference, inverse))
  weights.shift.addGradient(ofBias)
  free(ofKernel, inverse, factor, products, sums, mean, centre, difference)
}

/** The running mean of what the kernel gives: without the bias, which it holds too. */
function ownMean({mean, bias}: UnitWeights): Raw {
  return bias === undefined ? alias(mean) : subtract(mean, bias.raw)
}

function inverseDeviation({variance, ...weights}: UnitWeights): Raw {
  const epsilon = scalar(weights.epsilon)
  const shifted = add(variance, epsilon)
  const inverse = run('Rsqrt', [shifted], [type('T', FLOAT)])
  free(epsilon, shifted)
  return inverse
}

function freeFolded({kernel, bias}: Folded): void {
  free(kernel, bias)
}
