import {weightFromHost, weightToHost} from '../engine/layout.ts'
import {free, type Raw} from '../engine/op.ts'
import {filled} from '../engine/ops/elementwise.ts'
import {flatten, unflatten} from '../engine/ops/flat.ts'
import {type AdamW, openAdamW} from '../engine/optimizers/adamw.ts'
import type {Parameter} from '../engine/parameter.ts'
import {UserError} from '../user-error.ts'
import type {TrainingFile} from './checkpoint.ts'
import type {HostTensor, StateDict} from '../engine/state-dict.ts'

/** How weights follow their gradients; names and defaults are PyTorch's, the learning rate comes with each step. */
export interface OptimizerSpec {
  readonly name: 'adamw'
  /** The rate that schedules bend; a group's own rate is bent alike. */
  readonly lr: number
  /** @default [0.9, 0.999] */
  readonly betas?: readonly [number, number]
  /** @default 1e-8 */
  readonly eps?: number
  /** Share of a weight lost at each step, times the learning rate (decoupled: Loshchilov and Hutter 2019). */
  readonly weight_decay: number
  /** Longest gradient, over all parameters together; longer ones are shortened to it. @default no limit */
  readonly clip_norm?: number | undefined
  /**
   * Exceptions for the parameters whose name matches a regular expression; the first match counts. Names are torchvision's, and those of
   * the weights of a loss begin with "loss.": these have no weight decay unless a group gives them one (Roth et al. 2020; Musgrave et al. 2020).
   */
  readonly groups?: readonly ParameterGroup[]
}

interface ParameterGroup {
  readonly match: string
  /** Instead of that of the optimiser; a schedule bends both alike. */
  readonly lr?: number | undefined
  /** Times the rate of the optimiser; 0: frozen. @default 1 */
  readonly lr_multiplier?: number | undefined
  /** @default that of the optimiser, 0 for the weights of a loss */
  readonly weight_decay?: number | undefined
}

/** Parameters that share settings, with their optimiser: it owns the weights, the network holds views of them. */
export interface OpenGroup {
  readonly parameters: readonly Parameter[]
  readonly optimizer: AdamW
  readonly multiplier: number
}

interface Settings {
  /** Of the planned learning rate. */
  readonly multiplier: number
  readonly weightDecay: number
}

/**
 * Opens an optimiser for each set of parameters that share settings, with the moments of a training file where there is one.
 * Throws UserError for a group that matches nothing.
 */
export function openGroups(
  parameters: readonly Parameter[],
  spec: OptimizerSpec,
  training?: TrainingFile,
): OpenGroup[] {
  checkMatches(parameters, spec)
  const sets = new Map<string, {settings: Settings; members: Parameter[]}>()
  for (const parameter of parameters) {
    const settings = settingsOf(parameter, spec)
    const key = JSON.stringify(settings)
    const set = sets.get(key) ?? {settings, members: []}
    set.members.push(parameter)
    sets.set(key, set)
  }
  return Array.from(sets.values(), ({settings: {multiplier, weightDecay}, members}) => {
    const group = {
      parameters: members,
      optimizer: openAdamW(
        {
          weights: flatten(members.map(({raw}) => raw)),
          firstMoment: openMoment(FIRST, members, training),
          secondMoment: openMoment(SECOND, members, training),
        },
        {betas: spec.betas ?? [0.9, 0.999], eps: spec.eps ?? 1e-8, weightDecay},
      ),
      multiplier,
    }
    for (const parameter of members) parameter.detach()
    attach(group)
    return group
  })
}

/** Whether a weight is the loss' own (proxies, class weights, boundaries): such weights live in the training file. */
export function isOfLoss({name}: Pick<Parameter, 'name'>): boolean {
  return name.startsWith('loss.')
}

function settingsOf(parameter: Parameter, {lr, weight_decay, groups = []}: OptimizerSpec): Settings {
  const rule = groups.find(({match}) => new RegExp(match).test(parameter.name))
  return {
    multiplier: rule?.lr === undefined ? (rule?.lr_multiplier ?? 1) : rule.lr / lr,
    weightDecay: rule?.weight_decay ?? (isOfLoss(parameter) ? 0 : weight_decay),
  }
}

/** Which parameters a rule means is a typing mistake away from none at all. */
function checkMatches(parameters: readonly Parameter[], {groups = []}: OptimizerSpec): void {
  const idle = groups.filter(({match}) => !parameters.some(({name}) => new RegExp(match).test(name)))
  if (idle.length === 0) return
  // Of a network the layers, of a loss the weights: a whole list would hide what is looked for.
  const known = new Set(
    parameters.map((parameter) => (isOfLoss(parameter) ? parameter.name : `${parameter.name.split('.')[0]}.…`)),
  )
  const patterns = idle.map(({match}) => `"${match}"`).join(', ')
  throw new UserError(
    `optimizer.groups: no parameter matches ${patterns}. Names here begin with or are: ${[...known].join(', ')}.`,
  )
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
  if (isFrozen(group)) return
  for (const parameter of group.parameters) parameter.detach()
  group.optimizer.apply(gradient, step, learningRate * group.multiplier)
  attach(group)
}

/** Its gradients count for nothing, not even for their common norm. */
export function isFrozen({multiplier}: OpenGroup): boolean {
  return multiplier === 0
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
export function momentNames(parameters: readonly Pick<Parameter, 'name'>[]): string[] {
  return [FIRST, SECOND].flatMap((moment) => parameters.map(({name}) => `${moment}.${name}`))
}
