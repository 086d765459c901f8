import assert from 'node:assert/strict'
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {test} from 'node:test'
import type {StateDict} from '../../lib/engine/state-dict.ts'
import {importWeights} from '../../lib/model/import-weights.ts'
import {randomWeights} from '../../lib/model/random-weights.ts'
import {writeSafetensors} from '../../lib/model/safetensors.ts'
import type {ModelSpec} from '../../lib/model/spec.ts'
import {UserError} from '../../lib/user-error.ts'
import {needsShared, shared} from '../shared.ts'
import {imagenetSpec, temporaryFile, temporaryFolder, tinySpec} from './fixtures.ts'
import {dict, floats, global, int, opcode, pickle, tensor, torchZip, tuple} from './torch-bytes.ts'

const weights = await randomWeights(tinySpec, 3)

/** A file of torch.save with these weights; `nest` changes the dict of tensors before it is saved. */
function torchFile(state: StateDict, nest: (tensors: [string, Buffer][]) => Buffer = dict): Buffer {
  const storages: Record<string, Buffer> = {}
  const tensors = [...state].map(([name, {dtype, shape, data}], index): [string, Buffer] => {
    storages[index] = Buffer.from(data.buffer, data.byteOffset, data.byteLength)
    const type = dtype === 'F32' ? 'FloatStorage' : 'LongStorage'
    return [name, tensor({key: String(index), count: data.length, shape, type})]
  })
  return torchZip(pickle(nest(tensors)), storages)
}

const rejects = (path: string, spec: ModelSpec, message: RegExp) =>
  assert.rejects(importWeights(path, spec, 0), (error) => {
    assert.ok(error instanceof UserError)
    assert.match(error.message, message)
    assert.ok(error.message.includes(path))
    return true
  })

test('weights of torch.save are imported by name, in the order of the layout', async (t) => {
  const path = temporaryFile(t, 'weights.pth', torchFile(new Map([...weights].reverse())))
  const imported = await importWeights(path, tinySpec, 0)
  assert.deepEqual([...imported.weights], [...weights])
  assert.deepEqual(imported.notes, [])
})

test('weights of safetensors are imported, whatever the name of the file', async (t) => {
  const path = temporaryFolder(t)('weights.pth')
  await writeSafetensors(path, weights, {})
  assert.deepEqual((await importWeights(path, tinySpec, 0)).weights, weights)
})

test('a classifier is left out, the prefix of DataParallel taken off, and a training checkpoint opened', async (t) => {
  const classifier: StateDict = new Map([
    ...weights,
    ['fc.weight', {dtype: 'F32', shape: [2, 8], data: new Float32Array(16)}],
    ['fc.bias', {dtype: 'F32', shape: [2], data: new Float32Array(2)}],
  ])
  const nest = (tensors: [string, Buffer][]) =>
    dict([
      ['epoch', int(7)],
      ['state_dict', dict(tensors.map(([name, part]) => [`module.${name}`, part]))],
    ])
  const path = temporaryFile(t, 'weights.pth.tar', torchFile(classifier, nest))
  assert.deepEqual((await importWeights(path, tinySpec, 0)).weights, weights)
})

for (const name of ['fc', 'last_linear']) {
  test(`a published classifier (${name}) is not taken for an embedding of another size, which starts at random`, async (t) => {
    const embedded: ModelSpec = {...tinySpec, embedding: {size: 4, hidden: [], relu: 'between', normalise: 'none'}}
    const {shape} = (await randomWeights(embedded, 5)).get('embedding.weight')!
    const published: StateDict = new Map([
      ...weights,
      [`${name}.weight`, {dtype: 'F32', shape: [10, shape[1]!], data: new Float32Array(10 * shape[1]!)}],
      [`${name}.bias`, {dtype: 'F32', shape: [10], data: new Float32Array(10)}],
    ])
    const imported = await importWeights(temporaryFile(t, 'published.pth', torchFile(published)), embedded, 0)
    assert.deepEqual(imported.weights.get('embedding.weight')!.shape, shape)
    assert.match(imported.notes.at(-1)!, /start at random: embedding\.weight, embedding\.bias\./)
  })
}

/** A file of torch.save whose tensors are `weights` under other names. */
function renamedFile(state: StateDict, prefix: string, change: (name: string) => string): Buffer {
  const renamed = new Map([...state].map(([name, part]) => [`${prefix}${change(name)}`, part] as const))
  return torchFile(renamed, (tensors) =>
    dict([
      ['epoch', int(3)],
      ['state_dict', dict(tensors)],
    ]),
  )
}

const wrappings: Readonly<Record<string, string>> = {
  'a plain state dict': '',
  DataParallel: 'module.',
  'open-metric-learning, which wraps a Lightning module round an extractor': 'model.model.',
  'DINO and others that call it a backbone': 'module.backbone.',
  'MoCo, whose names are its own': 'module.encoder_q.',
}

for (const [program, prefix] of Object.entries(wrappings)) {
  test(`weights are found as ${program} names them`, async (t) => {
    const path = temporaryFile(
      t,
      'checkpoint.ckpt',
      renamedFile(weights, prefix, (name) => name),
    )
    assert.deepEqual(await importWeights(path, tinySpec, 0), {weights, notes: []})
  })
}

const whitened: ModelSpec = {
  ...tinySpec,
  pool: 'gem',
  embedding: {size: 4, hidden: [], relu: 'between', normalise: 'added'},
}

test("RAML's checkpoints give the network with its exponent and whitening; the optimiser is left out and told of", async (t) => {
  const state = await randomWeights(whitened, 5)
  const parts = {conv1: 0, bn1: 1, layer1: 4, layer2: 5, layer3: 6, layer4: 7}
  const change = (name: string) => {
    const [part, rest] = [name.split('.')[0]!, name.slice(name.indexOf('.'))]
    if (part === 'embedding') return `whiten${rest}`
    return part in parts ? `backbone.${parts[part as keyof typeof parts]}${rest}` : name
  }
  const moments = new Map([...state.values()].map((part, i) => [`${i}.exp_avg`, part] as const))
  const both = new Map([...[...state].map(([name, part]) => [change(name), part] as const), ...moments])
  const nest = (tensors: [string, Buffer][]) =>
    dict([
      ['epoch', int(20)],
      ['state_dict', dict(tensors.slice(0, state.size))],
      ['optimizer', dict([['state', dict(tensors.slice(state.size))]])],
    ])
  const imported = await importWeights(temporaryFile(t, 'model_best.pth.tar', torchFile(both, nest)), whitened, 0)
  assert.deepEqual(imported.weights, state)
  assert.equal(imported.notes.length, 2)
  assert.equal(imported.notes[0], 'Tensors are named as by RAML, cnnimageretrieval.')
  assert.match(imported.notes[1]!, /^123 tensors outside of state_dict\. were left out: optimizer\.state\.0\.exp_avg, /)
})

test('a last linear layer is the embedding where it has its shape, and a classifier elsewhere', async (t) => {
  const spec = {...whitened, pool: 'spoc'} as const
  const state = await randomWeights(spec, 5)
  const roth = renamedFile(state, 'model.', (name) => name.replace('embedding', 'last_linear'))
  const imported = await importWeights(temporaryFile(t, 'checkpoint.pth.tar', roth), spec, 0)
  assert.deepEqual(imported.weights, state)
  const plain = await importWeights(temporaryFile(t, 'checkpoint.pth.tar', roth), tinySpec, 0)
  assert.deepEqual([...plain.weights.keys()], [...weights.keys()])
})

test('of a teacher and a student with equal names the teacher is taken, and the other told of', async (t) => {
  const student = new Map([...weights].map(([name, part]) => [`s.${name}`, part] as const))
  const other = new Map([...(await randomWeights(tinySpec, 9))].map(([name, part]) => [`t.${name}`, part] as const))
  const nest = (tensors: [string, Buffer][]) => {
    const under = (side: string) =>
      dict(tensors.flatMap(([name, part]) => (name.startsWith(side) ? [[name.slice(2), part] as const] : [])))
    return dict([
      ['student', under('s.')],
      ['teacher', under('t.')],
    ])
  }
  const path = temporaryFile(t, 'checkpoint.pth', torchFile(new Map([...student, ...other]), nest))
  const imported = await importWeights(path, tinySpec, 0)
  assert.deepEqual(imported.weights, await randomWeights(tinySpec, 9))
  assert.deepEqual(imported.notes, [
    'As many tensors of the network lie under student.; those under teacher. were taken.',
  ])
})

test('shapes may differ by axes of length 1, and by nothing else', async (t) => {
  const spread = new Map([...weights].map(([name, part]) => [name, {...part, shape: [...part.shape, 1]}] as const))
  const path = temporaryFile(t, 'weights.pth', torchFile(spread))
  assert.deepEqual((await importWeights(path, tinySpec, 0)).weights, weights)
})

test('counts of batches that are not there are 0', async (t) => {
  const without = new Map([...weights].filter(([name]) => !name.endsWith('num_batches_tracked')))
  const imported = await importWeights(temporaryFile(t, 'old.pth', torchFile(without)), tinySpec, 0)
  assert.deepEqual([...imported.weights], [...weights])
})

test('weights of another architecture are refused with what is missing, unknown and of another shape, ten names each', async (t) => {
  const path = temporaryFile(t, 'weights.pth', torchFile(weights))
  await rejects(
    path,
    {...tinySpec, stem: 'imagenet'},
    /1 tensors have another shape: conv1\.weight is \[1,3,3,3\], needs \[1,3,7,7\]\. Give weights/,
  )
  await rejects(
    path,
    {...tinySpec, width: 2},
    /of resnet18 \(width 2, stem small\): 100 tensors have another shape: .*; layer1\.0\.bn1\.running_var.* and 90 more\./,
  )
  const renamed = new Map(
    [...weights].map(
      ([name, part]) => [name.replace('layer4', 'stage4').replace('bn1.bias', 'bn1.beta'), part] as const,
    ),
  )
  await rejects(
    temporaryFile(t, 'renamed.pth', torchFile(renamed)),
    tinySpec,
    /32 tensors are missing: bn1\.bias \[1\].* and 22 more\. 37 tensors are unknown: bn1\.beta \[1\].* and 27 more\./,
  )
})

test('whole numbers where weights belong are refused', async (t) => {
  const path = temporaryFile(
    t,
    'weights.pth',
    torchFile(new Map([...weights, ['bn1.bias', {dtype: 'I64', shape: [1], data: new BigInt64Array(1)}]])),
  )
  await rejects(path, tinySpec, /1 tensors have another type: bn1\.bias is I64, needs F32/)
})

test('a missing file, a folder, an empty file, another format and a hostile pickle are each one clear error', async (t) => {
  const at = temporaryFolder(t)
  mkdirSync(at('folder'))
  const files: Record<string, Buffer | string> = {
    empty: '',
    page: '<!doctype html><title>404</title>',
    'page.safetensors': '<!doctype html><title>404</title>',
    hostile: torchZip(pickle(global('os', 'system'), tuple(), opcode.reduce), {}),
    truncated: torchFile(weights).subarray(0, 5000),
  }
  for (const [name, bytes] of Object.entries(files)) writeFileSync(at(name), bytes)
  await rejects(at('nothing'), tinySpec, /there is no such file/)
  await rejects(at('folder'), tinySpec, /it is a folder/)
  await rejects(at('empty'), tinySpec, /it is empty/)
  await rejects(at('page'), tinySpec, /it is neither a file of torch\.save nor safetensors/)
  await rejects(
    at('page.safetensors'),
    tinySpec,
    /no readable safetensors file: its header claims \d+ bytes, above the limit/,
  )
  await rejects(at('hostile'), tinySpec, /its pickle asks for os\.system/)
  await rejects(at('truncated'), tinySpec, /end of central directory/i)
})

test('numbers that are damaged are refused with the name of their tensor', async (t) => {
  const bytes = torchFile(weights)
  const at = bytes.indexOf(floats(...(weights.get('layer3.1.conv2.weight')!.data as Float32Array).subarray(0, 4)))
  bytes[at] = bytes[at]! ^ 1
  await rejects(
    temporaryFile(t, 'weights.pth', bytes),
    tinySpec,
    /is damaged \(wrong checksum\) \(tensor layer3\.1\.conv2\.weight\)/,
  )
})

test(
  "the published ImageNet weights are imported: every parameter has PyTorch's sum and norm",
  needsShared,
  async () => {
    const {weights: imported} = await importWeights(join(shared!, 'weights/resnet18-imagenet.pth'), imagenetSpec, 0)
    const fixture = JSON.parse(readFileSync(join(shared!, 'fixtures/resnet18.json'), 'utf8')) as {
      training_step: {parameters: Record<string, {sum_before: number; l2_before: number}>}
    }
    const parameters = Object.entries(fixture.training_step.parameters).filter(([name]) => !name.startsWith('fc.'))
    assert.equal(parameters.length, 60)
    for (const [name, {sum_before, l2_before}] of parameters) {
      const numbers = Array.from(imported.get(name)!.data as Float32Array)
      const absolute = numbers.reduce((sum, value) => sum + Math.abs(value), 0)
      const sum = numbers.reduce((total, value) => total + value, 0)
      const norm = Math.sqrt(numbers.reduce((total, value) => total + value * value, 0))
      // Float64 sums in another order than PyTorch's: rounding grows with the sum of absolute values.
      assert.ok(Math.abs(sum - sum_before) <= 1e-12 * absolute, `${name}: sum ${sum}, not ${sum_before}`)
      assert.ok(Math.abs(norm - l2_before) <= 1e-12 * l2_before, `${name}: norm ${norm}, not ${l2_before}`)
    }
    assert.equal(imported.get('bn1.num_batches_tracked')?.dtype, 'I64')
  },
)
