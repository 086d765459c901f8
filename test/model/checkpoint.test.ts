import assert from 'node:assert/strict'
import {readFileSync, writeFileSync} from 'node:fs'
import {type TestContext, test} from 'node:test'
import type {HostTensor} from '../../lib/engine/state-dict.ts'
import {checkModel, checkTraining} from '../../lib/model/check-checkpoint.ts'
import {
  type ModelFile,
  readModel,
  readTraining,
  type TrainingFile,
  writeModel,
  writeTraining,
} from '../../lib/model/checkpoint.ts'
import {randomWeights} from '../../lib/model/random-weights.ts'
import {openSafetensors, writeSafetensors} from '../../lib/model/safetensors.ts'
import {UserError} from '../../lib/user-error.ts'
import {temporaryFolder, tinySpec} from './fixtures.ts'

const model: ModelFile = {
  spec: tinySpec,
  preprocessing: {
    transforms: [{resize: 64}, {center_crop: 64}],
    channels: 'rgb',
    range: 1,
    mean: [0.485, 0.456, 0.406],
    std: [0.229, 0.224, 0.225],
  },
  weights: await randomWeights(tinySpec, 0),
  provenance: {weights: 'random, seed 0'},
}

const training: TrainingFile = {
  optimizer: 'adamw',
  step: 12,
  tensors: new Map([['first.conv1.weight', {dtype: 'F32', shape: [2], data: Float32Array.of(0.5, -1)}]]),
}

const rejects = (reading: Promise<unknown>, message: RegExp) =>
  assert.rejects(reading, (error) => {
    assert.ok(error instanceof UserError)
    assert.match(error.message, message)
    return true
  })

test('a model is read as it was written, its weights in the order of the layout', async (t) => {
  const path = temporaryFolder(t)('model.safetensors')
  await writeModel(path, model)
  const read = await readModel(path)
  assert.deepEqual(read, model)
  assert.deepEqual([...read.weights.keys()], [...model.weights.keys()])
})

test('a training file is read as it was written', async (t) => {
  const path = temporaryFolder(t)('training.safetensors')
  await writeTraining(path, training)
  assert.deepEqual(await readTraining(path), training)
})

test('equal models give equal bytes, in whatever order their settings were built', async (t) => {
  const at = temporaryFolder(t)
  const {spec, preprocessing} = model
  const turned = <Item extends object>(item: Item) => Object.fromEntries(Object.entries(item).reverse()) as Item
  await writeModel(at('a'), model)
  await writeModel(at('b'), turned({...model, spec: turned(spec), preprocessing: turned(preprocessing)}))
  assert.ok(readFileSync(at('a')).equals(readFileSync(at('b'))))
  await writeModel(at('c'), {...model, spec: {...spec, pool: 'mac'}})
  assert.ok(!readFileSync(at('a')).equals(readFileSync(at('c'))))
})

test('the metadata says in JSON what the network is, and to other loaders that tensors are laid out as in PyTorch', async (t) => {
  const path = temporaryFolder(t)('model.safetensors')
  await writeModel(path, model)
  const {metadata, close} = await openSafetensors(path)
  await close()
  assert.equal(metadata.format, 'pt')
  assert.deepEqual(JSON.parse(metadata['nearmiss.spec']!), tinySpec)
  assert.deepEqual(JSON.parse(metadata['nearmiss.preprocessing']!), model.preprocessing)
})

test('a sound checkpoint has no problems', async (t) => {
  const at = temporaryFolder(t)
  await writeModel(at('model'), model)
  await writeTraining(at('training'), training)
  assert.deepEqual(await checkModel(at('model')), [])
  assert.deepEqual(await checkTraining(at('training')), [])
})

/** The problems of that model with one tensor's numbers changed. */
async function problemsWith(
  t: TestContext,
  name: string,
  change: (tensor: HostTensor) => HostTensor,
): Promise<string[]> {
  const path = temporaryFolder(t)('model.safetensors')
  await writeModel(path, {...model, weights: new Map(model.weights).set(name, change(model.weights.get(name)!))})
  return checkModel(path)
}

test('numbers that are not finite, variances that are not above 0 and negative counts break the contract', async (t) => {
  const filled = (value: number) => (tensor: HostTensor) => ({
    ...tensor,
    dtype: 'F32' as const,
    data: new Float32Array(tensor.data.length).fill(value),
  })
  assert.deepEqual(await problemsWith(t, 'layer1.0.conv1.weight', filled(Number.NaN)), [
    'Tensor layer1.0.conv1.weight [1,1,3,3] holds NaN at 0; all numbers must be finite.',
  ])
  assert.deepEqual(await problemsWith(t, 'bn1.running_var', filled(0)), [
    'Tensor bn1.running_var holds 0 at 0; a variance must be above 0.',
  ])
  const negative = (tensor: HostTensor) => ({...tensor, dtype: 'I64' as const, data: BigInt64Array.of(-1n)})
  assert.deepEqual(await problemsWith(t, 'bn1.num_batches_tracked', negative), [
    'Tensor bn1.num_batches_tracked holds -1 at 0; a count must be at least 0.',
  ])
})

test('training state that is not finite breaks the contract', async (t) => {
  const path = temporaryFolder(t)('training.safetensors')
  const tensors = new Map([['moment', {dtype: 'F32' as const, shape: [2], data: Float32Array.of(1, -Infinity)}]])
  await writeTraining(path, {...training, tensors})
  assert.deepEqual(await checkTraining(path), ['Tensor moment [2] holds -Infinity at 1; all numbers must be finite.'])
})

test('a model without a tensor, or with one of another shape, is refused and breaks the contract', async (t) => {
  const path = temporaryFolder(t)('model.safetensors')
  const weights = new Map(model.weights)
  weights.delete('bn1.bias')
  weights.set('bn1.weight', {dtype: 'F32', shape: [2], data: new Float32Array(2)})
  await writeModel(path, {...model, weights})
  const message =
    /1 tensors are missing: bn1\.bias \[1\]\. 1 tensors have another shape: bn1\.weight is \[2\], needs \[1\]/
  await rejects(readModel(path), message)
  const problems = await checkModel(path)
  assert.equal(problems.length, 1)
  assert.match(problems[0]!, message)
})

test('a file that is no checkpoint of ours is refused with all that its metadata lacks', async (t) => {
  const path = temporaryFolder(t)('model.safetensors')
  await writeSafetensors(path, model.weights, {'nearmiss.version': '9', 'nearmiss.spec': '{"backbone":"resnet99"}'})
  await rejects(
    readModel(path),
    /nearmiss\.version must be 1, got 9; .*nearmiss\.spec\.backbone.*nearmiss\.preprocessing/,
  )
})

test('the halves of a checkpoint are not taken for each other', async (t) => {
  const at = temporaryFolder(t)
  await writeModel(at('model'), model)
  await writeTraining(at('training'), training)
  await rejects(readTraining(at('model')), /nearmiss\.kind/)
  await rejects(readModel(at('training')), /nearmiss\.kind/)
})

test('a truncated model is refused with the reason', async (t) => {
  const path = temporaryFolder(t)('model.safetensors')
  await writeModel(path, model)
  writeFileSync(path, readFileSync(path).subarray(0, -4))
  await rejects(readModel(path), /no readable safetensors file: its tensors end at byte \d+, the file at \d+/)
})
