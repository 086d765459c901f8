import {weightFromHost, weightToHost} from '../engine/layout.ts'
import {free, type Raw} from '../engine/op.ts'
import {filled} from '../engine/ops/elementwise.ts'
import {flatten, unflatten} from '../engine/ops/flat.ts'
import type {Optimizer, OptimizerModule, Update} from '../engine/optimizers/optimizer.ts'
import type {Parameter} from '../engine/parameter.ts'
import type {HostTensor, StateDict} from '../engine/state-dict.ts'
import type {OptimizerSpec} from './optimizer-parameters.ts'
import type {ParameterGroup} from './parameter-groups.ts'

/** A group with its optimiser, which owns the weights as one vector; the parameters hold views of it. */
export interface OpenGroup extends ParameterGroup {
  readonly optimizer: Optimizer
}

/** Opens the optimiser of a group, with the state of a training file where there is one. */
export function openGroup(
  group: ParameterGroup,
  {open, stateNames}: OptimizerModule<OptimizerSpec>,
  kept: StateDict | undefined,
): OpenGroup {
  const {members, settings} = group
  const state = stateNames(settings).map((name) => gather(members, (member) => kept?.get(`${name}.${member.name}`)))
  const optimizer = open(flatten(members.map(({raw}) => raw)), state, settings)
  for (const member of members) member.detach()
  attach(members, optimizer)
  return {...group, optimizer}
}

/** One vector of the members' tensors in a file; zeros where there is none. */
export function gather(members: readonly Parameter[], find: (member: Parameter) => HostTensor | undefined): Raw {
  const parts = members.map((member) => {
    const kept = find(member)
    return kept === undefined ? filled(0, member.raw.shape) : weightFromHost(kept.data as Float32Array, member.shape)
  })
  const flat = flatten(parts)
  free(...parts)
  return flat
}

/** One update of a group's weights along its gradients. */
export function updateGroup(group: OpenGroup, gradient: Raw, update: Update): void {
  if (isFrozen(group)) return
  const {members, optimizer, multiplier, hasOwnMomentum} = group
  for (const member of members) member.detach()
  optimizer.apply(gradient, {
    ...update,
    learningRate: update.learningRate * multiplier,
    momentum: hasOwnMomentum ? undefined : update.momentum,
  })
  attach(members, optimizer)
}

/** Its gradients count for nothing, not even for their common norm. */
export function isFrozen({multiplier}: ParameterGroup): boolean {
  return multiplier === 0
}

/** Gives the parameters views of the optimiser's vector. */
function attach(members: readonly Parameter[], optimizer: Optimizer): void {
  const flat = optimizer.weights()
  const views = unflatten(
    flat,
    members.map(({raw}) => raw.shape),
  )
  members.forEach((member, i) => {
    member.attach(views[i]!)
  })
  free(flat)
}

/** Names that the members' state has in a training file. */
export function stateNamesOf(group: ParameterGroup, {stateNames}: OptimizerModule<OptimizerSpec>): string[] {
  return stateNames(group.settings).flatMap((name) => group.members.map((member) => `${name}.${member.name}`))
}

/** The state, in the order of `stateNamesOf` and PyTorch's layout. */
export function exportState({members, optimizer}: OpenGroup): HostTensor[] {
  return optimizer.state().flatMap((flat) => {
    const tensors = scatter(flat, members)
    free(flat)
    return tensors
  })
}

/** Cuts a vector into the members' tensors. */
export function scatter(flat: Raw, members: readonly Parameter[]): HostTensor[] {
  const parts = unflatten(
    flat,
    members.map(({raw}) => raw.shape),
  )
  const tensors = members.map(({shape}, i): HostTensor => ({dtype: 'F32', shape, data: weightToHost(parts[i]!)}))
  free(...parts)
  return tensors
}
