import type {HostTensor, StateDict} from '../engine/state-dict.ts'
import {openRandom} from '../random.ts'
import {traceNetwork} from './graph.ts'
import type {ModelSpec} from './spec.ts'
import type {Start, TensorLayout} from './tensor-layout.ts'

/**
 * Random weights as torchvision's ResNet starts: convolutions normal with variance 2 / (outgoing channels * size²)
 * (He et al. 2015, fan_out), batch norm γ 1, β 0, mean 0, variance 1; linear layers as PyTorch's, uniform within 1 / √inputs; exponents of GeM 3; what has a start of its own as that says. Each tensor has a stream of its own.
 */
export async function randomWeights(spec: ModelSpec, seed: number): Promise<StateDict> {
  return new Map((await traceNetwork(spec)).tensors.map((layout) => [layout.name, startTensor(layout, seed)]))
}

/** The start of one tensor. */
export function startTensor(layout: TensorLayout, seed: number): HostTensor {
  const {shape, role, fanIn, start} = layout
  const size = shape.reduce((product, length) => product * length, 1)
  if (start !== undefined) return draw(layout, start, seed)
  switch (role) {
    case 'conv': {
      const [outgoing, , height, width] = shape
      return draw(layout, {normal: Math.sqrt(2 / (outgoing! * height! * width!))}, seed)
    }
    case 'linear':
      return draw(layout, {uniform: 1 / Math.sqrt(fanIn!)}, seed)
    case 'exponent':
      return {dtype: 'F32', shape, data: new Float32Array(size).fill(3)}
    case 'token':
      return draw(layout, {normal: 0.02}, seed)
    case 'gamma':
    case 'variance':
      return {dtype: 'F32', shape, data: new Float32Array(size).fill(1)}
    case 'beta':
    case 'bias':
    case 'mean':
      return {dtype: 'F32', shape, data: new Float32Array(size)}
    case 'count':
      return {dtype: 'I64', shape, data: new BigInt64Array(size)}
  }
}

function draw({name, shape}: TensorLayout, start: Start, seed: number): HostTensor {
  const size = shape.reduce((product, length) => product * length, 1)
  if ('constant' in start) return {dtype: 'F32', shape, data: new Float32Array(size).fill(start.constant)}
  const random = openRandom(seed, 'random-weights', name)
  const number =
    'normal' in start ? () => start.normal * random.normal() : () => start.uniform * (2 * random.uniform() - 1)
  return {dtype: 'F32', shape, data: new Float32Array(size).map(number)}
}
