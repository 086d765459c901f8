// Batch normalisation with the statistics of the batch, for training from random weights.
import {bool, FLOAT, float, free, type Raw, runMany, text, type} from '../op.ts'
import {Value} from '../tape.ts'
import {convolve} from './convolution.ts'
import {cast, columnSums} from './elementwise.ts'
import {beforeEnding, convolutionGradients, finish, type Unit, type UnitWeights} from './unit.ts'

/**
 * A unit that normalises with the mean and (biased) variance of the batch and moves the running statistics towards them, the variance
 * without bias as in PyTorch.
 */
export function liveUnit(weights: UnitWeights, dtype: number): Unit {
  return (x, ending, tape) => {
    const kernel = new Value(cast(weights.kernel.raw, dtype))
    const convolved = new Value(convolveLive(x.raw, kernel.raw, weights))
    const {normalised, statistics} = normalise(convolved.raw, weights)
    const output = new Value(finish(normalised, ending))
    tape?.record({
      output,
      kept: [x, kernel, convolved, ...statistics, ...(ending.relu ? [output] : [])],
      backward: (gradient) => {
        const before = beforeEnding(gradient, output.raw, ending)
        const inner = normaliseGradient(before, convolved.raw, statistics, weights)
        weights.kernel.addGradient(convolutionGradients(x, kernel.raw, inner, weights.stride))
        // Nothing but rounding, for the mean that is subtracted holds the bias: PyTorch's is no other.
        weights.bias?.addGradient(columnSums(inner))
        free(inner)
        if (ending.residual === undefined) free(before)
        else ending.residual.addGradient(before)
      },
    })
    for (const value of [x, kernel, convolved, ...statistics]) value.release()
    ending.residual?.release()
    return output
  }
}

function convolveLive(x: Raw, kernel: Raw, {stride, bias}: UnitWeights): Raw {
  if (bias === undefined) return convolve(x, kernel, stride)
  const typed = cast(bias.raw, x.dtype)
  const output = convolve(x, kernel, stride, typed)
  free(typed)
  return output
}

/** Also replaces the running statistics. */
function normalise(x: Raw, weights: UnitWeights): {normalised: Raw; statistics: Value[]} {
  const [normalised, mean, variance, ...reserved] = runMany(
    'FusedBatchNormV3',
    [x, weights.scale.raw, weights.shift.raw, weights.mean, weights.variance],
    [...attributes(x.dtype, weights), float('exponential_avg_factor', weights.momentum)],
    6,
  ) as [Raw, Raw, Raw, ...Raw[]]
  free(weights.mean, weights.variance)
  weights.mean = mean
  weights.variance = variance
  return {normalised, statistics: reserved.map((raw) => new Value(raw))}
}

/** Gradient before the normalisation; those of scale and shift are added to their parameters. */
function normaliseGradient(gradient: Raw, x: Raw, statistics: readonly Value[], weights: UnitWeights): Raw {
  const {scale, shift} = weights
  const [inner, ofScale, ofShift, ...unused] = runMany(
    'FusedBatchNormGradV3',
    [gradient, x, scale.raw, ...statistics.map(({raw}) => raw)],
    attributes(x.dtype, weights),
    5,
  ) as [Raw, Raw, Raw, ...Raw[]]
  free(...unused)
  scale.addGradient(ofScale)
  shift.addGradient(ofShift)
  return inner
}

function attributes(dtype: number, {epsilon}: UnitWeights) {
  return [
    type('T', dtype),
    type('U', FLOAT),
    float('epsilon', epsilon),
    text('data_format', 'NHWC'),
    bool('is_training', true),
  ]
}
