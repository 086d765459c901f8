import {free, type Raw} from '../engine/op.ts'
import {filled, multiply} from '../engine/ops/elementwise.ts'
import {flatten, sumOfSquares} from '../engine/ops/flat.ts'
import type {Parameter} from '../engine/parameter.ts'
import {UserError} from '../user-error.ts'
import type {TrainingFile} from './checkpoint.ts'
import {
  exportMoments,
  isFrozen,
  isOfLoss,
  momentNames,
  type OpenGroup,
  type OptimizerSpec,
  openGroups,
  updateGroup,
} from './parameter-groups.ts'
import type {HostTensor, StateDict} from '../engine/state-dict.ts'

/** Moves weights along the gradients that passes have added up: those of a network, and of a loss that has some. */
export interface Trainer {
  /**
   * Takes the mean over the `batches` whose gradients were added up, clips, updates, and starts a new sum.
   * `gradientNorm` is that before clipping.
   */
  step(settings: {readonly lr: number; readonly batches: number}): {readonly gradientNorm: number}
  /**
   * Everything but the network's weights that the next step depends on: moments, and the weights of the loss under their own names.
   * `extra`: what else the loss keeps, under names that begin with "loss.".
   */
  training(extra?: StateDict): TrainingFile
  dispose(): void
}

/**
 * Opens a trainer, on from a training file where there is one; weights then go on as if never stopped, to the bit. The parameters come
 * with their present values: those of a loss (named "loss.…") are read from the training file by whoever opens the loss.
 */
export function openTrainer(parameters: readonly Parameter[], spec: OptimizerSpec, training?: TrainingFile): Trainer {
  if (training !== undefined) checkTraining(training, spec, parameters)
  const groups = openGroups(parameters, spec, training)
  let step = training?.step ?? 0
  return {
    step: ({lr, batches}) => {
      step++
      const gradients = groups.map(takeGradients)
      const gradientNorm = Math.sqrt(gradients.reduce((sum, gradient) => sum + sumOfSquares(gradient), 0)) / batches
      const clipped = scaled(gradients, clipFactor(gradientNorm, spec.clip_norm) / batches)
      groups.forEach((group, i) => {
        updateGroup(group, clipped[i]!, step, lr)
      })
      free(...clipped)
      return {gradientNorm}
    },
    training: (extra = new Map()) => ({
      optimizer: spec.name,
      step,
      tensors: new Map([...exportMoments(groups, parameters), ...lossWeights(parameters), ...extra]),
    }),
    dispose: () => {
      for (const {optimizer} of groups) optimizer.dispose()
    },
  }
}

/** The gradients of a group as one vector, zero where no pass has reached a parameter or none may move it. */
function takeGradients(group: OpenGroup): Raw {
  const parts = group.parameters.map((parameter) => {
    const gradient = parameter.takeGradient()
    if (gradient !== undefined && !isFrozen(group)) return gradient
    if (gradient !== undefined) free(gradient)
    return filled(0, parameter.raw.shape)
  })
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

function lossWeights(parameters: readonly Parameter[]): StateDict {
  const own = parameters.filter(isOfLoss)
  return new Map(
    own.map((parameter): [string, HostTensor] => [
      parameter.name,
      {dtype: 'F32', shape: parameter.shape, data: parameter.toHost()},
    ]),
  )
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
      `The training state belongs to another model or loss: it lacks ${missing.length} tensors, first ${missing[0]}. Start from its model alone.`,
    )
  }
  for (const {name, shape} of parameters) {
    const kept = tensors.get(momentNames([{name}])[0]!)!.shape
    if (kept.join() === shape.join()) continue
    throw new UserError(
      `The training state belongs to another model or loss: ${name} is [${kept.join(', ')}] there and [${shape.join(', ')}] here. Start from its model alone.`,
    )
  }
}
