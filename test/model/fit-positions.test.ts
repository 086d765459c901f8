import assert from 'node:assert/strict'
import {readFileSync} from 'node:fs'
import {resolve} from 'node:path'
import {test} from 'node:test'
import {fitPositions} from '../../lib/model/fit-positions.ts'
import {importWeights} from '../../lib/model/import-weights.ts'
import {inspectWeights} from '../../lib/model/inspect-weights.ts'
import {writeSafetensors} from '../../lib/model/safetensors.ts'
import type {ModelSpec} from '../../lib/model/spec.ts'
import type {TensorLayout} from '../../lib/model/tensor-layout.ts'
import {loadTensor, type StoredTensor} from '../../lib/model/tensor-source.ts'
import {imagenetSpec, temporaryFolder} from './fixtures.ts'
import {assertClose, hashed, tinyWeights} from './tiny-network.ts'

/** What bench/peers/vit.py writes with timm's resample_abs_pos_embed. */
const {cases} = JSON.parse(readFileSync(resolve(import.meta.dirname, '../golden/positions.json'), 'utf8')) as {
  cases: readonly {from: number; to: number; channels: number; positions: readonly number[]}[]
}
const layoutOf = (side: number, channels: number): TensorLayout[] => [
  {name: 'pos_embed', shape: [1, 1 + side * side, channels], role: 'token'},
]

assert.equal(cases.length, 2)
for (const {from, to, channels, positions} of cases) {
  test(`Positions of ${from} x ${from} patches become those that timm makes of them for ${to} x ${to}, and that is told`, async () => {
    const values = Float32Array.from(hashed(9000 + from, (1 + from * from) * channels))
    const {tensors, notes} = fitPositions(
      new Map([['pos_embed', stored([1, 1 + from * from, channels], values)]]),
      layoutOf(to, channels),
    )
    const fitted = await loadTensor(tensors.get('pos_embed')!)
    assert.deepEqual(fitted.shape, [1, 1 + to * to, channels])
    // PyTorch has its weights from scales of float32.
    assertClose(fitted.data as Float32Array, positions, 3e-6)
    assert.deepEqual(fitted.data.subarray(0, channels), values.subarray(0, channels))
    assert.match(notes.join(), new RegExp(`${from} x ${from} patches there, and of ${to} x ${to} here: resampled`))
  })
}

test('Positions of the same size, and what is no grid of them, stay as they are, without a word', () => {
  for (const shape of [
    [1, 10, 4],
    [1, 18, 4],
    [1, 17, 5],
    [1, 2, 4],
    [1, 1, 4],
    [1, 0, 4],
    [2, 17, 4],
    [17, 4],
    [17],
    [],
  ]) {
    const tensors = new Map([['pos_embed', stored(shape, new Float32Array())]])
    assert.deepEqual(fitPositions(tensors, layoutOf(3, 4)), {tensors, notes: []})
  }
  const bytes = new Map([['pos_embed', {...stored([1, 17, 4], new Float32Array()), dtype: 'U8' as const}]])
  assert.deepEqual(fitPositions(bytes, layoutOf(3, 4)).notes, [])
})

test('A file of a transformer trained on larger pictures is imported and inspected with its positions resampled', async (t) => {
  const spec: ModelSpec = {...imagenetSpec, backbone: 'vit_small_patch16_224', width: 4}
  const weights = new Map(await tinyWeights(spec))
  const data = Float32Array.from(hashed(1, 577 * 24))
  const path = temporaryFolder(t)('vit_small_patch16_384.safetensors')
  await writeSafetensors(path, weights.set('pos_embed', {dtype: 'F32', shape: [1, 577, 24], data}), {})
  const imported = await importWeights(path, spec, 0)
  assert.match(
    imported.notes.join(),
    /^Positions \(pos_embed\) are those of 24 x 24 patches there, and of 14 x 14 here/,
  )
  assert.deepEqual(imported.weights.get('pos_embed')!.shape, [1, 197, 24])
  assert.deepEqual(imported.weights.get('norm.weight'), weights.get('norm.weight'))
})

test('A report on such a file says what importing changes', async (t) => {
  const spec: ModelSpec = {...imagenetSpec, backbone: 'vit_small_patch16_224'}
  const weights = new Map(await tinyWeights(spec))
  weights.set('pos_embed', {dtype: 'F32', shape: [1, 577, 384], data: new Float32Array(577 * 384)})
  const path = temporaryFolder(t)('vit_small_patch16_384.safetensors')
  await writeSafetensors(path, weights, {})
  const {fits} = await inspectWeights(path)
  const fit = fits.find(({backbone}) => backbone === 'vit_small_patch16_224')!
  assert.deepEqual([fit.problems, fit.fitting, fit.of], [[], 149, 150])
  assert.match(fit.notes.join(), /24 x 24 patches there/)
})

function stored(shape: readonly number[], values: Float32Array): StoredTensor {
  return {dtype: 'F32', shape, read: async () => new Uint8Array(values.slice().buffer)}
}
