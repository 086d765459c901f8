// Batch normalisation with the statistics of the batch, for training from random weights.
import {bool, FLOAT, float, free, type Raw, runMany, text, type} from '../op.ts'
import {Value} from '../tape.ts'
import {convolve} from './convolution.ts'
import {cast} from './elementwise.ts'
import {beforeEnding, convolutionGradients, EPSILON, finish, type Unit, type UnitWeights} from './unit.ts'

/** Share of a batch in the running statistics; PyTorch's default. */
const MOMENTUM = 0.1

/**
 * A unit that normalises with the mean and (biased) variance of the batch and moves the running statistics towards them, the variance
 * without bias as in PyTorch.
 */
export function liveUnit(weights: UnitWeights, dtype: number): Unit {
  return (x, ending, tape) => {
    const kernel = new Value(cast(weights.kernel.raw, dtype))
    const convolved = new Value(convolve(x.raw, kernel.raw, weights.stride))
    const {normalised, statistics} = normalise(convolved.raw, weights)
    const output = new Value(finish(normalised, ending))
    tape?.record({
      output,
      kept: [x, kernel, convolved, ...statistics, ...(ending.relu ? [output] : [])],
      backward: (gradient) => {
        const before = beforeEnding(gradient, output.raw, ending)
        const inner = normaliseGradient(before, convolved.raw, statistics, weights)
        weights.kernel.addGradient(convolutionGradients(x, kernel.raw, inner, weights.stride))
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

/** Also replaces the running statistics. */
function normalise(x: Raw, weights: UnitWeights): {normalised: Raw; statistics: Value[]} {
  const [normalised, mean, variance, ...reserved] = runMany(
    'FusedBatchNormV3',
    [x, weights.scale.raw, weights.shift.raw, weights.mean, weights.variance],
    [...attributes(x.dtype), float('exponential_avg_factor', MOMENTUM)],
    6,
  ) as [Raw, Raw, Raw, ...Raw[]]
  free(weights.mean, weights.variance)
  weights.mean = mean
  weights.variance = variance
  return {normalised, statistics: reserved.map((raw) => new Value(raw))}
}

/** Gradient before the normalisation; those of scale and shift are added to their parameters. */
function normaliseGradient(gradient: Raw, x: Raw, statistics: readonly Value[], {scale, shift}: UnitWeights): Raw {
  const [inner, ofScale, ofShift, ...unused] = runMany(
    'FusedBatchNormGradV3',
    [gradient, x, scale.raw, ...statistics.map(({raw}) => raw)],
    attributes(x.dtype),
    5,
  ) as [Raw, Raw, Raw, ...Raw[]]
  free(...unused)
  scale.addGradient(ofScale)
  shift.addGradient(ofShift)
  return inner
}

function attributes(dtype: number) {
  return [
    type('T', dtype),
    type('U', FLOAT),
    float('epsilon', EPSILON),
    text('data_format', 'NHWC'),
    bool('is_training', true),
  ]
}
