import assert from 'node:assert/strict'
import {test} from 'node:test'
import type {HostTensor, StateDict} from '../../lib/engine/state-dict.ts'
import {importWeights} from '../../lib/model/import-weights.ts'
import {writeSafetensors} from '../../lib/model/safetensors.ts'
import type {BackboneName} from '../../lib/model/spec.ts'
import {golden} from '../golden.ts'
import {temporaryFolder} from './fixtures.ts'
import {tiny, tinyWeights} from './tiny-network.ts'

const {architectures} = golden('arch-keys.json') as {
  architectures: Record<string, {state_dict: Record<string, readonly number[]>}>
}
const narrow = {...tiny, pool: 'cls'} as const

test("torchvision's ViT-B/16 is read under its names, with the rows of queries, keys and values in their order", async (t) => {
  const spec = {...narrow, backbone: 'vit_base_patch16_224'} as const
  const weights = await tinyWeights(spec)
  // Behind the class token torchvision has the patches' projection, then positions; from there the order is the same.
  const names = Object.keys(architectures.vit_b_16!.state_dict).filter((name) => !name.startsWith('heads.'))
  const [first, positions, projection, bias, ...rest] = [...weights.values()]
  const file = new Map([first!, projection!, bias!, positions!, ...rest].map((tensor, i) => [names[i]!, tensor]))
  file.set('heads.head.weight', {dtype: 'F32', shape: [3, 48], data: new Float32Array(144)})
  const path = temporaryFolder(t)('vit.safetensors')
  await writeSafetensors(path, file, {})
  const {weights: found, notes} = await importWeights(path, spec, 0)
  assert.deepEqual([...found], [...weights])
  assert.match(notes.join(' '), /torchvision/)
})

test("timm's DINOv2 with registers, whose class token holds its position, is read", async (t) => {
  for (const backbone of ['dinov2_vits14_reg', 'dinov2_vitb14_reg'] satisfies BackboneName[]) {
    const spec = {...narrow, backbone}
    const weights = new Map(await tinyWeights(spec))
    const positions = weights.get('pos_embed')!
    const [, rows, channels] = positions.shape as [number, number, number]
    const data = (positions.data as Float32Array).slice().fill(0, 0, channels)
    weights.set('pos_embed', {dtype: 'F32', shape: positions.shape, data})
    const path = temporaryFolder(t)(`${backbone}.safetensors`)
    await writeSafetensors(path, asTimm(weights, rows - 1, channels), {})
    assert.deepEqual([...(await importWeights(path, spec, 0)).weights], [...weights])
  }
})

for (const backbone of ['efficientnet_b0', 'convnext_tiny'] as const) {
  test(`timm's ${backbone} is read, every tensor in its place, without the classifier`, async (t) => {
    const spec = {...tiny, width: 64, stem: 'imagenet', backbone} as const
    const layout = Object.entries(architectures[`timm/${backbone}`]!.state_dict)
    // A number of its own for each tensor; a count is whole.
    const file = layout.map(([name, shape], i): [string, HostTensor] => {
      const size = shape.reduce((product, length) => product * length, 1)
      return name.endsWith('num_batches_tracked')
        ? [name, {dtype: 'I64', shape, data: BigInt64Array.of(BigInt(i))}]
        : [name, {dtype: 'F32', shape, data: new Float32Array(size).fill(i)}]
    })
    const path = temporaryFolder(t)('timm.safetensors')
    await writeSafetensors(path, new Map(file), {})
    const {weights, notes} = await importWeights(path, spec, 0)
    assert.match(notes.join(' '), /timm/)
    // Both packages have their parts in the same order.
    assert.equal(weights.size, layout.length - 2)
    assert.deepEqual(
      Array.from(weights.values(), ({data}) => Number(data[0])),
      layout.slice(0, -2).map((_, i) => i),
    )
  })
}

test('Positions that are no square grid, or of other channels, are refused, with both shapes', async (t) => {
  const spec = {...narrow, backbone: 'vit_small_patch16_224'} as const
  const weights = new Map(await tinyWeights(spec))
  weights.set('pos_embed', {dtype: 'F32', shape: [1, 578, 24], data: new Float32Array(578 * 24)})
  const path = temporaryFolder(t)('vit.safetensors')
  await writeSafetensors(path, weights, {})
  await assert.rejects(importWeights(path, spec, 0), /pos_embed is \[1,578,24\], needs \[1,197,24\]/)
  weights.set('pos_embed', {dtype: 'F32', shape: [1, 577, 12], data: new Float32Array(577 * 12)})
  await writeSafetensors(path, weights, {})
  await assert.rejects(importWeights(path, spec, 0), /pos_embed is \[1,577,12\], needs \[1,197,24\]/)
})

function asTimm(weights: StateDict, rows: number, channels: number): Map<string, HostTensor> {
  return new Map(
    [...weights].map(([name, tensor]): [string, HostTensor] => {
      if (name === 'register_tokens') return ['reg_token', tensor]
      if (name !== 'pos_embed') return [name, tensor]
      const data = (tensor.data as Float32Array).slice(channels)
      return [name, {dtype: 'F32', shape: [1, rows, channels], data}]
    }),
  )
}
