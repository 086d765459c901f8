import assert from 'node:assert/strict'
import {describe, test} from 'node:test'
import {fromHost, liveTensors} from '../../lib/engine/op.ts'
import {Parameter} from '../../lib/engine/parameter.ts'
import type {StateDict} from '../../lib/engine/state-dict.ts'
import {tf} from '../../lib/engine/tensorflow.ts'
import type {TrainingFile} from '../../lib/model/checkpoint.ts'
import type {Network} from '../../lib/model/network.ts'
import {type OptimizerSpec, optimizerParameters} from '../../lib/model/optimizer-parameters.ts'
import type {ModelSpec, Precision} from '../../lib/model/spec.ts'
import {openTrainer, type Trainer} from '../../lib/model/trainer.ts'
import {trainedWeights} from '../../lib/model/weight-average.ts'
import {hashed, openTiny, tiny, tinyImages, tinyWeights} from './tiny-network.ts'

const dim = 8 * tiny.width
const plain = settings({name: 'adamw', lr: 0.01})
/** No training file, and no averages that would need the model's weights. */
const fresh = {model: new Map()}

interface Saved {
  readonly weights: StateDict
  readonly training: TrainingFile
}

for (const batchnorm of ['frozen', 'live'] as const) {
  for (const precision of ['float32', 'bfloat16'] as const) {
    const kind = {...tiny, batchnorm}

    test(`Training twice gives the same bytes (${batchnorm} batch norm, ${precision})`, async () => {
      assert.deepEqual(
        await train(plain, [0, 1, 2], {kind, precision}),
        await train(plain, [0, 1, 2], {kind, precision}),
      )
    })

    test(`Training on from saved files gives the bytes of training straight through (${batchnorm} batch norm, ${precision})`, async () => {
      await resumes({...plain, clip_norm: 1}, {kind, precision})
    })
  }
}

describe('Training on from saved files gives the bytes of training straight through', () => {
  const cases: [string, object][] = [
    ['stochastic gradient descent', {name: 'sgd'}],
    ['momentum and dampening', {name: 'sgd', momentum: 0.9, dampening: 0.5}],
    ["Nesterov's momentum", {name: 'sgd', momentum: 0.9, nesterov: true, weight_decay: 1e-3}],
    ['Adam', {name: 'adam', weight_decay: 1e-3}],
    ['AMSGrad', {name: 'adamw', amsgrad: true}],
    ['RMSprop', {name: 'rmsprop', momentum: 0.9, weight_decay: 1e-3}],
    ['centred RMSprop', {name: 'rmsprop', centered: true}],
    ['averages of the weights', {name: 'adamw', ema: {decay: 0.9}}],
    ['clipping by value', {name: 'adamw', clip_value: 0.01}],
  ]
  for (const [what, spec] of cases) {
    test(`with ${what}`, () => resumes(settings({lr: 0.01, ...spec})))
  }
})

async function resumes(spec: OptimizerSpec, network: {kind?: ModelSpec; precision?: Precision} = {}): Promise<void> {
  const straight = await train(spec, [0, 1, 2], network)
  const stopped = await train(spec, [0, 1], network)
  assert.notDeepEqual(stopped.weights, straight.weights)
  assert.equal(stopped.training.step, 2)
  assert.deepEqual(await train(spec, [2], {...network, from: stopped}), straight)
}

test('Training leaves no tensors behind, neither from step to step nor at the end', async () => {
  const optimizers = [
    {name: 'adamw', clip_norm: 0.1, ema: {decay: 0.9}},
    {name: 'adam', amsgrad: true, weight_decay: 1e-3, clip_value: 0.1},
    {name: 'sgd', momentum: 0.9, dampening: 0.1, weight_decay: 1e-3},
    {name: 'sgd'},
    {name: 'rmsprop', momentum: 0.9, weight_decay: 1e-3},
    {name: 'rmsprop', centered: true},
  ]
  for (const [i, optimizer] of optimizers.entries()) {
    const start = [liveTensors(), tf.memory().numTensors]
    const network = await openTiny({...tiny, batchnorm: i === 0 ? 'live' : 'frozen'})
    const spec = settings({lr: 0.01, groups: [{match: 'bn', weight_decay: 0.5}], ...optimizer})
    const trainer = await openTrainer(network.parameters, spec, {model: network.weights()})
    const counts = [0, 1, 2].map((step) => {
      takeStep(network, trainer, step)
      trainer.training()
      trainer.modelWeights(network.weights())
      return liveTensors()
    })
    assert.deepEqual(counts, [counts[0], counts[0], counts[0]], optimizer.name)
    trainer.dispose()
    network.dispose()
    assert.deepEqual([liveTensors(), tf.memory().numTensors], start, optimizer.name)
  }
})

test('Without a gradient a weight only decays, by lr * weight_decay', async () => {
  const weights = await tinyWeights(tiny)
  const network = await openTiny(tiny, weights)
  const trainer = await openTrainer(network.parameters, {...plain, weight_decay: 0.5}, fresh)
  assert.equal(trainer.step({lr: 0.1, batches: 1}).gradientNorm, 0)
  const before = weights.get('conv1.weight')!.data as Float32Array
  const after = network.weights().get('conv1.weight')!.data as Float32Array
  // one rounding to float32 each of the factor and the product
  after.forEach((value, i) => {
    assert.ok(Math.abs(value - before[i]! * (1 - 0.1 * 0.5)) <= 2 ** -23 * Math.abs(before[i]!))
  })
  trainer.dispose()
  network.dispose()
})

test('A group has its own learning rate and decay, and the first matching group counts', async () => {
  const weights = await tinyWeights(tiny)
  const network = await openTiny(tiny, weights)
  const groups = [
    {match: '^conv1\\.', lr_multiplier: 0},
    {match: '^(conv1|layer1\\.0\\.conv1)\\.', weight_decay: 0},
  ]
  const trainer = await openTrainer(network.parameters, {...plain, weight_decay: 0.5, groups}, fresh)
  trainer.step({lr: 0.1, batches: 1})
  const moved = [...network.weights()]
    .filter(([name, {data}]) => data.some((value, i) => value !== weights.get(name)!.data[i]))
    .map(([name]) => name)
  assert.ok(!moved.includes('conv1.weight'))
  assert.ok(!moved.includes('layer1.0.conv1.weight'))
  assert.ok(moved.includes('layer1.0.conv2.weight'))
  assert.ok(moved.includes('bn1.weight'))
  trainer.dispose()
  network.dispose()
})

test('The norm reported is that of all gradients together, and clipping shortens them to the limit', async () => {
  const [free, clipped] = [await firstMoment(null), await firstMoment(0.5)]
  assert.ok(Math.abs(free.applied / free.gradientNorm - 1) < 1e-5)
  assert.equal(clipped.gradientNorm, free.gradientNorm)
  assert.ok(free.gradientNorm > 0.5)
  assert.ok(Math.abs(clipped.applied - 0.5) < 1e-5)
})

async function firstMoment(limit: number | null): Promise<{gradientNorm: number; applied: number}> {
  const network = await openTiny(tiny)
  const trainer = await openTrainer(network.parameters, {...plain, clip_norm: limit}, fresh)
  const gradientNorm = takeStep(network, trainer, 0)
  // after one step the first moment is (1 - 0.9) times the gradient
  const squares = [...trainer.training().tensors]
    .filter(([name]) => name.startsWith('exp_avg.'))
    .flatMap(([, {data}]) => [...(data as Float32Array)])
  trainer.dispose()
  network.dispose()
  return {gradientNorm, applied: 10 * Math.hypot(...squares)}
}

test('Clipping by value cuts each entry of the gradient, after the mean is taken', async () => {
  const {value, gradientNorm} = await moveOne([6, -8, 1], {name: 'sgd', clip_value: 2}, {lr: 1, batches: 2})
  assert.deepEqual(value, [-2, 2, -0.5])
  assert.ok(Math.abs(gradientNorm / (Math.hypot(6, 8, 1) / 2) - 1) < 1e-6)
})

test('The gradients of several batches count as their mean, or as their sum', async () => {
  const mean = await moveOne([4, 8, 0], {name: 'sgd'}, {lr: 1, batches: 4})
  assert.deepEqual(mean.value, [-1, -2, 0])
  const sum = await moveOne([4, 8, 0], {name: 'sgd', accumulate_gradients: 'sum'}, {lr: 1, batches: 4})
  assert.deepEqual(sum.value, [-4, -8, 0])
  assert.ok(Math.abs(sum.gradientNorm / mean.gradientNorm - 4) < 1e-6)
})

test('The momentum of the plan stands for that of the optimiser, but not for that of a group', async () => {
  const [a, b] = ['loss.a', 'loss.b'].map((name) => new Parameter(name, new Float32Array(1), [1])) as [
    Parameter,
    Parameter,
  ]
  const spec = settings({name: 'sgd', lr: 1, momentum: 0.9, groups: [{match: 'b', momentum: 0.25}]})
  const trainer = await openTrainer([a, b], spec, fresh)
  for (const momentum of [undefined, 0.5]) {
    for (const parameter of [a, b]) parameter.addGradient(fromHost(Float32Array.of(1), [1]))
    trainer.step({lr: 1, batches: 1, momentum})
  }
  // both buffers are 1 after the first step; then momentum * 1 + 1
  assert.deepEqual([a.toHost()[0], b.toHost()[0]], [-1 - 1.5, -1 - 1.25])
  trainer.dispose()
  for (const parameter of [a, b]) parameter.dispose()
})

test('The model holds averages where they are asked for, and training goes on from the trained weights', async () => {
  const start = await tinyWeights(tiny)
  const spec = settings({name: 'sgd', lr: 0.01, ema: {decay: 0.75}})
  const averaged = await train(spec, [0], {})
  const trained = await train({...spec, ema: null}, [0], {})
  for (const [name, {data}] of trained.weights) {
    const average = averaged.weights.get(name)!.data
    if (data instanceof BigInt64Array || name.includes('running')) {
      assert.deepEqual(average, data)
      continue
    }
    assert.deepEqual(averaged.training.tensors.get(`trained.${name}`)!.data, data)
    const before = start.get(name)!.data as Float32Array
    data.forEach((value, i) => {
      const expected = 0.75 * before[i]! + 0.25 * value
      assert.ok(
        Math.abs(Number(average[i]) - expected) <= 2 ** -23 * (Math.abs(before[i]!) + Math.abs(value)),
        `${name} ${i}`,
      )
    })
  }
})

test('Averages may be turned off: training goes on from the trained weights, which the model then holds', async () => {
  const spec = settings({name: 'sgd', lr: 0.01, ema: {decay: 0.9}})
  const averaged = await train(spec, [0], {})
  const on = await train({...spec, ema: null}, [1], {from: averaged})
  assert.deepEqual(on.weights, (await train({...spec, ema: null}, [0, 1], {})).weights)
  assert.ok(![...on.training.tensors.keys()].some((name) => name.startsWith('trained.')))
})

test('A training state of another model or optimiser is refused', async () => {
  const network = await openTiny(tiny)
  const open = (training: TrainingFile) => openTrainer(network.parameters, plain, {training, model: new Map()})
  await assert.rejects(open({optimizer: 'sgd', step: 1, tensors: new Map()}), {
    message: 'The training state was made by the optimiser "sgd", not by "adamw". Start from its model alone.',
  })
  await assert.rejects(open({optimizer: 'adamw', step: 1, tensors: new Map()}), {
    message:
      'The training state belongs to another model, loss or optimiser setting: it lacks 120 tensors, first exp_avg.conv1.weight. Start from its model alone.',
  })
  const {training} = await train(plain, [0], {})
  const small = {dtype: 'F32' as const, shape: [3], data: new Float32Array(3)}
  const tensors = new Map([...training.tensors, ['exp_avg_sq.bn1.weight', small] as const])
  await assert.rejects(open({...training, tensors}), {
    message:
      'The training state belongs to another model or loss: exp_avg_sq.bn1.weight is [3] there and [4] here. Start from its model alone.',
  })
  network.dispose()
})

test('Weights of a loss train beside the network and go on from the training file to the bit', async () => {
  const straight = await trainWithLoss([0, 1, 2])
  const stopped = await trainWithLoss([0, 1])
  assert.notDeepEqual(stopped.training, straight.training)
  assert.deepEqual(await trainWithLoss([2], stopped), straight)
  const {tensors} = straight.training
  assert.deepEqual(tensors.get('loss.class_weights')!.shape, [3, 2])
  assert.deepEqual(tensors.get('exp_avg.loss.class_weights')!.shape, [3, 2])
  assert.deepEqual(tensors.get('loss.bank')!.data, Float32Array.of(7))
  assert.ok(!tensors.has('conv1.weight'), 'weights of the network are in the model file')
})

test('Weights of a loss have no decay unless a group gives them some', async () => {
  const spec = {name: 'adamw', lr: 0.1, weight_decay: 0.9}
  assert.deepEqual((await moveOne([0], spec, {lr: 0.1, batches: 1}, [1.5])).value, [1.5])
  const groups = [{match: '^loss', weight_decay: 0.5}]
  const {value} = await moveOne([0], {...spec, groups}, {lr: 0.1, batches: 1}, [1.5])
  assert.deepEqual(value, [Math.fround(1.5 * Math.fround(1 - 0.1 * 0.5))])
})

test("A group's own learning rate is bent by the schedule as the base is", async () => {
  const rates = [{lr: 0.5}, {lr_multiplier: 5}]
  for (const rate of rates) {
    const spec = {name: 'sgd', lr: 0.125, groups: [{match: '', ...rate}]}
    // the schedule halved the rate
    const {value} = await moveOne([1], spec, {lr: 0.0625, batches: 1}, [1])
    assert.deepEqual(value, [1 - ('lr' in rate ? 0.5 / 2 : 5 * 0.0625)])
  }
})

test('A frozen group moves nothing, whatever its gradient, and counts nothing in the norm', async () => {
  const frozen = new Parameter('loss.frozen', Float32Array.of(1, 2), [2])
  const moving = new Parameter('loss.moving', Float32Array.of(1, 2), [2])
  const groups = [{match: 'frozen', lr_multiplier: 0}]
  const trainer = await openTrainer([frozen, moving], {...plain, groups}, fresh)
  frozen.addGradient(fromHost(Float32Array.of(Number.NaN, 5), [2]))
  moving.addGradient(fromHost(Float32Array.of(3, 4), [2]))
  assert.equal(trainer.step({lr: 0.1, batches: 1}).gradientNorm, 5)
  assert.deepEqual(frozen.toHost(), Float32Array.of(1, 2))
  assert.notDeepEqual(moving.toHost(), Float32Array.of(1, 2))
  trainer.dispose()
  for (const parameter of [frozen, moving]) parameter.dispose()
})

test('A group that matches nothing is refused, with the names that exist', async () => {
  const network = await openTiny(tiny)
  const loss = new Parameter('loss.proxies', Float32Array.of(1), [1])
  const groups = [{match: '^layer4'}, {match: 'proxy', lr: 1}, {match: '^fc', lr_multiplier: 10}]
  await assert.rejects(openTrainer([...network.parameters, loss], {...plain, groups}, fresh), {
    message:
      'optimizer.groups: no parameter matches "proxy", "^fc". Names here begin with or are: conv1.…, bn1.…, layer1.…, layer2.…, layer3.…, layer4.…, loss.proxies.',
  })
  loss.dispose()
  network.dispose()
})

function settings(spec: object): OptimizerSpec {
  return optimizerParameters.parse(spec)
}

/** One step of a weight of a loss along a gradient. */
async function moveOne(
  gradient: number[],
  spec: object,
  update: {lr: number; batches: number},
  from = gradient.map(() => 0),
): Promise<{value: number[]; gradientNorm: number}> {
  const parameter = new Parameter('loss.weight', Float32Array.from(from), [from.length])
  const trainer = await openTrainer([parameter], settings({lr: 1, ...spec}), fresh)
  parameter.addGradient(fromHost(Float32Array.from(gradient), [gradient.length]))
  const {gradientNorm} = trainer.step(update)
  const value = [...parameter.toHost()]
  trainer.dispose()
  parameter.dispose()
  return {value, gradientNorm}
}

/** Trains the tiny network with class weights of a loss. */
async function trainWithLoss(steps: readonly number[], from?: Saved): Promise<Saved> {
  const network = await openTiny(tiny, from?.weights ?? (await tinyWeights(tiny)))
  const kept = from?.training.tensors.get('loss.class_weights')?.data as Float32Array | undefined
  const classes = new Parameter('loss.class_weights', kept ?? Float32Array.from(hashed(50, 6)), [3, 2])
  const start = {training: from?.training, model: new Map()}
  const trainer = await openTrainer([...network.parameters, classes], plain, start)
  for (const step of steps) {
    passBackward(network, step)
    classes.addGradient(fromHost(Float32Array.from(hashed(60 + step, 6)), [3, 2]))
    trainer.step({lr: 0.01, batches: 1})
  }
  const bank = new Map([['loss.bank', {dtype: 'F32' as const, shape: [1], data: Float32Array.of(7)}]])
  const result = {weights: network.weights(), training: trainer.training(bank)}
  trainer.dispose()
  classes.dispose()
  network.dispose()
  return result
}

/** Trains from the first weights or on from saved ones. */
async function train(
  spec: OptimizerSpec,
  steps: readonly number[],
  {kind = tiny, precision = 'float32', from}: {kind?: ModelSpec; precision?: Precision; from?: Saved},
): Promise<Saved> {
  const model = from?.weights ?? (await tinyWeights(kind))
  const network = await openTiny(kind, trainedWeights(model, from?.training.tensors), precision)
  const trainer = await openTrainer(network.parameters, spec, {training: from?.training, model})
  for (const step of steps) takeStep(network, trainer, step)
  const result = {weights: trainer.modelWeights(network.weights()), training: trainer.training()}
  trainer.dispose()
  network.dispose()
  return result
}

/** One step on images of its own; returns the length of the gradient. */
function takeStep(network: Network, trainer: Trainer, step: number): number {
  passBackward(network, step)
  return trainer.step({lr: 0.01, batches: 1}).gradientNorm
}

function passBackward(network: Network, step: number): void {
  const pass = network.forward(tinyImages(4, 32, 32, 100 + step))
  const gradient = tf.tensor2d(Float32Array.from(hashed(200 + step, 4 * dim)), [4, dim])
  pass.backward(gradient)
  gradient.dispose()
}
