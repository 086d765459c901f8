import {weightFromHost, weightToHost} from '../engine/layout.ts'
import {free, type Raw} from '../engine/op.ts'
import {filled, multiply} from '../engine/ops/elementwise.ts'
import {flatten, sumOfSquares, unflatten} from '../engine/ops/flat.ts'
import {type AdamW, openAdamW} from '../engine/optimizers/adamw.ts'
import type {Parameter} from '../engine/parameter.ts'
import {UserError} from '../user-error.ts'
import type {TrainingFile} from './checkpoint.ts'
import type {Network} from './network.ts'
import type {HostTensor, StateDict} from './state-dict.ts'

/** How weights follow their gradients; names and defaults are PyTorch's, the learning rate comes with each step. */
export interface OptimizerSpec {
  readonly name: 'adamw'
  /** @default [0.9, 0.999] */
  readonly betas?: readonly [number, number]
  /** @default 1e-8 */
  readonly eps?: number
  /** Share of a weight lost at each step, times the learning rate (decoupled: Loshchilov and Hutter 2019). */
  readonly weight_decay: number
  /** Longest gradient, over all parameters together; longer ones are shortened to it. @default no limit */
  readonly clip_norm?: number
  /** Exceptions for the parameters whose torchvision name matches a regular expression; the first match counts. */
  readonly groups?: readonly ParameterGroup[]
}

interface ParameterGroup {
  readonly match: string
  /** @default 1 */
  readonly lr_multiplier?: number
  /** @default that of the optimiser */
  readonly weight_decay?: number
}

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
        for (const parameter of group.parameters) parameter.detach()
        group.optimizer.apply(clipped[i]!, step, lr * group.multiplier)
        attach(group)
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

/** Parameters that share settings, with their optimiser: it owns the weights, the network holds views of them. */
interface OpenGroup {
  readonly parameters: readonly Parameter[]
  readonly optimizer: AdamW
  readonly multiplier: number
}

function openGroups(parameters: readonly Parameter[], spec: OptimizerSpec, training?: TrainingFile): OpenGroup[] {
  const rules = [...(spec.groups ?? []), {match: ''}]
  const patterns = rules.map(({match}) => new RegExp(match))
  const members = rules.map((): Parameter[] => [])
  for (const parameter of parameters)
    members[patterns.findIndex((pattern) => pattern.test(parameter.name))]!.push(parameter)
  return rules.flatMap((rule, i) => {
    const own = members[i]!
    if (own.length === 0) return []
    const group = {
      parameters: own,
      optimizer: openAdamW(
        {
          weights: flatten(own.map(({raw}) => raw)),
          firstMoment: openMoment(FIRST, own, training),
          secondMoment: openMoment(SECOND, own, training),
        },
        {betas: spec.betas ?? [0.9, 0.999], eps: spec.eps ?? 1e-8, weightDecay: rule.weight_decay ?? spec.weight_decay},
      ),
      multiplier: rule.lr_multiplier ?? 1,
    }
    for (const parameter of own) parameter.detach()
    attach(group)
    return [group]
  })
}

/** PyTorch's names of the two moments. */
const FIRST = 'exp_avg'
const SECOND = 'exp_avg_sq'

function openMoment(moment: string, parameters: readonly Parameter[], training?: TrainingFile): Raw {
  const parts = parameters.map(({name, shape, raw}) => {
    const kept = training?.tensors.get(`${moment}.${name}`)
    return kept === undefined ? filled(0, raw.shape) : weightFromHost(kept.data as Float32Array, shape)
  })
  const flat = flatten(parts)
  free(...parts)
  return flat
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

/** Gives the parameters views of the optimiser's vector. */
function attach({parameters, optimizer}: OpenGroup): void {
  const flat = optimizer.weights()
  const views = unflatten(
    flat,
    parameters.map(({raw}) => raw.shape),
  )
  parameters.forEach((parameter, i) => {
    parameter.attach(views[i]!)
  })
  free(flat)
}

function exportMoments(groups: readonly OpenGroup[], order: readonly Parameter[]): StateDict {
  const tensors = new Map<string, HostTensor>()
  for (const {parameters, optimizer} of groups) {
    const {firstMoment, secondMoment} = optimizer.moments()
    for (const [moment, flat] of [
      [FIRST, firstMoment],
      [SECOND, secondMoment],
    ] as const) {
      const parts = unflatten(
        flat,
        parameters.map(({raw}) => raw.shape),
      )
      parameters.forEach(({name, shape}, i) => {
        tensors.set(`${moment}.${name}`, {dtype: 'F32', shape, data: weightToHost(parts[i]!)})
      })
      free(flat, ...parts)
    }
  }
  return new Map(momentNames(order).map((name) => [name, tensors.get(name)!]))
}

function momentNames(parameters: readonly Parameter[]): string[] {
  return [FIRST, SECOND].flatMap((moment) => parameters.map(({name}) => `${moment}.${name}`))
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
