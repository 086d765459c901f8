import type {Parameter} from '../engine/parameter.ts'
import {UserError} from '../user-error.ts'
import type {OptimizerSpec} from './optimizer-parameters.ts'

/** Parameters that share settings. */
export interface ParameterGroup {
  readonly members: readonly Parameter[]
  /** Of the planned learning rate; 0: frozen. */
  readonly multiplier: number
  /** What the optimiser is opened with. */
  readonly settings: OptimizerSpec
  /** A momentum that the schedule does not touch. */
  readonly hasOwnMomentum: boolean
}

/**
 * Sorts parameters by what `optimizer.groups` gives them: the first rule whose expression matches a name counts. Weights of a loss have
 * no decay unless a rule gives them some, for that is what papers compare (Roth et al. 2020; Musgrave et al. 2020). Throws UserError for
 * a rule that matches nothing.
 */
export function groupParameters(parameters: readonly Parameter[], spec: OptimizerSpec): ParameterGroup[] {
  checkMatches(parameters, spec)
  const sets = new Map<string, Parameter[]>()
  for (const parameter of parameters) {
    const key = JSON.stringify(settingsOf(parameter, spec))
    sets.set(key, [...(sets.get(key) ?? []), parameter])
  }
  return Array.from(sets.values(), (members) => ({members, ...settingsOf(members[0]!, spec)}))
}

/** Whether a weight is the loss' own (proxies, class weights, boundaries): such weights live in the training file. */
export function isOfLoss({name}: Pick<Parameter, 'name'>): boolean {
  return name.startsWith('loss.')
}

function settingsOf(parameter: Parameter, spec: OptimizerSpec): Omit<ParameterGroup, 'members'> {
  const rules: readonly Rule[] = spec.groups
  const rule = rules.find(({match}) => new RegExp(match).test(parameter.name))
  const weight_decay = rule?.weight_decay ?? (isOfLoss(parameter) ? 0 : spec.weight_decay)
  const momentum = rule?.momentum
  return {
    multiplier: rule?.lr === undefined ? (rule?.lr_multiplier ?? 1) : rule.lr / spec.lr,
    settings: {...spec, weight_decay, ...(momentum === undefined ? {} : {momentum})},
    hasOwnMomentum: momentum !== undefined,
  }
}

type Rule = OptimizerSpec['groups'][number] & {readonly momentum?: number | undefined}

/** Which parameters a rule means is a typing mistake away from none at all. */
function checkMatches(parameters: readonly Parameter[], {groups}: OptimizerSpec): void {
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
