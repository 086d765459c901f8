import assert from 'node:assert/strict'
import {weightToHost} from '../../lib/engine/layout.ts'
import {free} from '../../lib/engine/op.ts'
import type {HostTensor, StateDict} from '../../lib/engine/state-dict.ts'
import {traceNetwork} from '../../lib/model/graph.ts'
import {type ImageBatch, type Network, openNetwork} from '../../lib/model/network.ts'
import type {ModelSpec, Precision} from '../../lib/model/spec.ts'

/** ResNet18 of width 4: every layer of the real one in a few thousand weights. */
export const tiny = {
  backbone: 'resnet18',
  width: 4,
  stem: 'small',
  pool: 'spoc',
  embedding: null,
  batchnorm: 'frozen',
} as const satisfies ModelSpec

export async function openTiny(
  spec: ModelSpec,
  weights?: StateDict,
  precision: Precision = 'float32',
  training = true,
): Promise<Network> {
  return openNetwork(
    spec,
    weights ?? (await tinyWeights(spec)),
    {channels: 'rgb', range: 1, mean: [0.45, 0.45, 0.45], std: [0.22, 0.22, 0.22]},
    {precision, training},
  )
}

/** The numbers in [-1, 1) of tiny-resnet.py: the murmur3 finaliser of stream * 1000003 + index. */
export function hashed(stream: number, count: number): Float64Array {
  return new Float64Array(count).map((_, index) => {
    let h = (stream * 1000003 + index) >>> 0
    h ^= h >>> 16
    h = Math.imul(h, 0x85ebca6b)
    h ^= h >>> 13
    h = Math.imul(h, 0xc2b2ae35)
    h ^= h >>> 16
    return (h >>> 0) / 2 ** 31 - 1
  })
}

/** The weights of tiny-resnet.py. */
export async function tinyWeights(spec: ModelSpec): Promise<StateDict> {
  return new Map(
    (await traceNetwork(spec)).tensors.map(({name, shape, role}, index): [string, HostTensor] => {
      if (role === 'count') return [name, {dtype: 'I64', shape, data: new BigInt64Array(1)}]
      const [outputs, inputs, height, width] = shape
      // Depthwise kernels (of one input) as if there were no other channels.
      const each = inputs === 1 ? 1 : outputs!
      const [scale, centre] = {
        conv: [Math.sqrt(6 / (each * height! * width!)), 0] as const,
        bias: [0.2, 0] as const,
        gamma: [0.3, 1] as const,
        beta: [0.2, 0] as const,
        mean: [0.2, 0] as const,
        variance: [0.5, 1] as const,
        linear: [0.5, 0] as const,
        exponent: [0.5, 3] as const,
        token: [0.3, 0] as const,
      }[role]
      const values = hashed(
        index + 1,
        shape.reduce((product, size) => product * size, 1),
      )
      return [name, {dtype: 'F32', shape, data: new Float32Array(values.map((value) => centre + scale * value))}]
    }),
  )
}

/** The images of tiny-resnet.py; another stream gives others. */
export function tinyImages(count: number, height: number, width: number, stream = 5000): ImageBatch {
  const pixels = Uint8Array.from(hashed(stream, count * height * width * 3), (value) => Math.floor((value + 1) * 128))
  return {pixels, count, height, width}
}

/** Takes them from the parameters: by name, in PyTorch's layout. */
export function takeGradients(network: Network): Map<string, Float32Array> {
  return new Map(
    network.parameters.flatMap((parameter) => {
      const gradient = parameter.takeGradient()
      if (gradient === undefined) return []
      const host = weightToHost(gradient)
      free(gradient)
      return [[parameter.name, host] as const]
    }),
  )
}

/** To a share of the largest. */
export function assertClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  assert.equal(actual.length, expected.length)
  const largest = Math.max(...Array.from(expected, Math.abs))
  for (let i = 0; i < expected.length; i++) {
    assert.ok(
      Math.abs(actual[i]! - expected[i]!) <= tolerance * largest,
      `number ${i} is ${actual[i]}, not ${expected[i]}`,
    )
  }
}
