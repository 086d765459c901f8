import {weightFromHost, weightToHost} from '../engine/layout.ts'
import {free, type Raw} from '../engine/op.ts'
import {filled} from '../engine/ops/elementwise.ts'
import {flatten, unflatten} from '../engine/ops/flat.ts'
import {type AdamW, openAdamW} from '../engine/optimizers/adamw.ts'
import type {Parameter} from '../engine/parameter.ts'
import type {TrainingFile} from './checkpoint.ts'
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
  readonly clip_norm?: number | undefined
  /** Exceptions for the parameters whose torchvision name matches a regular expression; the first match counts. */
  readonly groups?: readonly ParameterGroup[]
}

interface ParameterGroup {
  readonly match: string
  /** @default 1 */
  readonly lr_multiplier?: number | undefined
  /** @default that of the optimiser */
  readonly weight_decay?: number | undefined
}

/** Parameters that share settings, with their optimiser: it owns the weights, the network holds views of them. */
export interface OpenGroup {
  readonly parameters: readonly Parameter[]
  readonly optimizer: AdamW
  readonly multiplier: number
}

/** Opens an optimiser for each group that has parameters, with the moments of a training file where there is one. */
export function openGroups(
  parameters: readonly Parameter[],
  spec: OptimizerSpec,
  training?: TrainingFile,
): OpenGroup[] {
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

/** One update of a group's weights along its gradients. */
export function updateGroup(group: OpenGroup, gradient: Raw, step: number, learningRate: number): void {
  for (const parameter of group.parameters) parameter.detach()
  group.optimizer.apply(gradient, step, learningRate * group.multiplier)
  attach(group)
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

/** The moments of all groups, in the names and order of `momentNames` and PyTorch's layout. */
export function exportMoments(groups: readonly OpenGroup[], order: readonly Parameter[]): StateDict {
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

/** Names of the moments in a training file: first those of the first moment, in the order of the parameters. */
export function momentNames(parameters: readonly Parameter[]): string[] {
  return [FIRST, SECOND].flatMap((moment) => parameters.map(({name}) => `${moment}.${name}`))
}
