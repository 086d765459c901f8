import {weightFromHost, weightToHost} from '../engine/layout.ts'
import {free, type Raw} from '../engine/op.ts'
import type {UnitWeights} from '../engine/ops/unit.ts'
import {Parameter} from '../engine/parameter.ts'
import type {HostTensor, StateDict} from '../engine/state-dict.ts'

/** The weights of a network while it is open: a state dict's tensors on the engine. */
export interface WeightStore {
  /** The weights of a convolution and its batch norm. */
  openUnit(names: UnitNames): UnitWeights
  /** A trained tensor of its own. */
  openWeight(name: string): Parameter
  /** What is trained, in the order of the state dict. */
  parameters(): Parameter[]
  /** The present state; `passes` forward passes in training mode are added to batch norm's counters. */
  toStateDict(passes: number): StateDict
  /** Frees the weights of units, which keep them in folded form. */
  disposeUnits(): void
  dispose(): void
}

/** The names of a unit's two parts in its package, and what it is besides its weights. */
export interface UnitNames {
  readonly convolution: string
  readonly norm: string
  readonly stride: number
  /** Whether the convolution has a bias of its own. */
  readonly bias: boolean
  /** Added to the variance. */
  readonly epsilon: number
  /** Share of a batch in the running statistics. */
  readonly momentum: number
}

export function openWeightStore(state: StateDict): WeightStore {
  const parameters = new Map<string, Parameter>()
  const statistics = new Map<string, () => Raw>()
  const ofUnits: Parameter[] = []
  const openParameter = (name: string): Parameter => {
    const {data, shape} = findFloats(state, name)
    const parameter = new Parameter(name, data, shape)
    parameters.set(name, parameter)
    return parameter
  }
  const openStatistic = (name: string, present: () => Raw): Raw => {
    const {data, shape} = findFloats(state, name)
    statistics.set(name, present)
    return weightFromHost(data, shape)
  }
  const exportTensor = (name: string, tensor: HostTensor, passes: number): HostTensor => {
    if (tensor.dtype === 'I64') return {...tensor, data: tensor.data.map((count) => count + BigInt(passes))}
    const data = parameters.get(name)?.toHost() ?? weightToHost(statistics.get(name)!())
    return {...tensor, data}
  }
  return {
    openUnit: ({convolution, norm, stride, bias, epsilon, momentum}) => {
      const unit: UnitWeights = {
        kernel: openParameter(`${convolution}.weight`),
        ...(bias && {bias: openParameter(`${convolution}.bias`)}),
        scale: openParameter(`${norm}.weight`),
        shift: openParameter(`${norm}.bias`),
        stride,
        epsilon,
        momentum,
        mean: openStatistic(`${norm}.running_mean`, () => unit.mean),
        variance: openStatistic(`${norm}.running_var`, () => unit.variance),
      }
      ofUnits.push(unit.kernel, ...(unit.bias ? [unit.bias] : []), unit.scale, unit.shift)
      return unit
    },
    openWeight: openParameter,
    parameters: () => [...state.keys()].flatMap((name) => parameters.get(name) ?? []),
    toStateDict: (passes) => new Map([...state].map(([name, tensor]) => [name, exportTensor(name, tensor, passes)])),
    disposeUnits,
    dispose: () => {
      disposeUnits()
      for (const parameter of parameters.values()) parameter.dispose()
    },
  }

  function disposeUnits(): void {
    for (const parameter of ofUnits.splice(0)) {
      parameter.dispose()
      parameters.delete(parameter.name)
    }
    for (const present of statistics.values()) free(present())
    statistics.clear()
  }
}

function findFloats(state: StateDict, name: string): Extract<HostTensor, {dtype: 'F32'}> {
  const tensor = state.get(name)
  if (tensor?.dtype !== 'F32') throw new Error(`the weights hold no float32 tensor ${name}`)
  return tensor
}
