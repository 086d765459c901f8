import {free, type Raw} from '../engine/op.ts'
import {filled, multiply} from '../engine/ops/elementwise.ts'
import {flatten, sumOfSquares} from '../engine/ops/flat.ts'
import type {Parameter} from '../engine/parameter.ts'
import {UserError} from '../user-error.ts'
import type {TrainingFile} from './checkpoint.ts'
import type {Network} from './network.ts'
import {exportMoments, momentNames, type OptimizerSpec, openGroups, updateGroup} from './parameter-groups.ts'
import type {StateDict} from './state-dict.ts'

/** Moves a network's weights along the gradients that its passes have added up. */
export interface Trainer {
  /**
   * Takes the mean over the `batches` whose gradients were added up, clips, updates, and starts a new sum.
   * `gradientNorm` is that before clipping.
   */
  step(settings: {readonly lr: number; readonly batches: number}): {readonly gradientNorm: number}
  modelWeights(): StateDict
  /** Everything but the weights that the next step depends on. */
  training(): TrainingFile
  dispose(): void
}

/** Opens a trainer, on from a training file where there is one; weights then go on as if never stopped, to the bit. */
export function openTrainer(network: Network, spec: OptimizerSpec, training?: TrainingFile): Trainer {
  if (training !== undefined) checkTraining(training, spec, network.parameters)
  const groups = openGroups(network.parameters, spec, training)
  let step = training?.step ?? 0
  return {
    step: ({lr, batches}) => {
      step++
      const gradients = groups.map(({parameters}) => takeGradients(parameters))
      const gradientNorm = Math.sqrt(gradients.reduce((sum, gradient) => sum + sumOfSquares(gradient), 0)) / batches
      const clipped = scaled(gradients, clipFactor(gradientNorm, spec.clip_norm) / batches)
      groups.forEach((group, i) => {
        updateGroup(group, clipped[i]!, step, lr)
      })
      free(...clipped)
      return {gradientNorm}
    },
    modelWeights: () => network.weights(),
    training: () => ({optimizer: spec.name, step, tensors: exportMoments(groups, network.parameters)}),
    dispose: () => {
      for (const {optimizer} of groups) optimizer.dispose()
    },
  }
}

/** The gradients of a group as one vector, zero where no pass has reached a parameter. */
function takeGradients(parameters: readonly Parameter[]): Raw {
  const parts = parameters.map((parameter) => parameter.takeGradient() ?? filled(0, parameter.raw.shape))
  const flat = flatten(parts)
  free(...parts)
  return flat
}

/** torch.nn.utils.clip_grad_norm_. */
function clipFactor(norm: number, longest = Number.POSITIVE_INFINITY): number {
  return Math.min(1, longest / (norm + 1e-6))
}

/** Takes over the gradients. */
function scaled(gradients: readonly Raw[], factor: number): readonly Raw[] {
  if (factor === 1) return gradients
  const scale = filled(factor, [])
  const products = gradients.map((gradient) => multiply(gradient, scale))
  free(scale, ...gradients)
  return products
}

function checkTraining(
  {optimizer, tensors}: TrainingFile,
  spec: OptimizerSpec,
  parameters: readonly Parameter[],
): void {
  if (optimizer !== spec.name) {
    throw new UserError(
      `The training state was made by the optimiser "${optimizer}", not by "${spec.name}". Start from its model alone.`,
    )
  }
  const missing = momentNames(parameters).filter((name) => !tensors.has(name))
  if (missing.length > 0) {
    throw new UserError(
      `The training state belongs to another model: it lacks ${missing.length} tensors, first ${missing[0]}.`,
    )
  }
}
