import assert from 'node:assert/strict'
import {test} from 'node:test'
import {fromHost, liveTensors} from '../../lib/engine/op.ts'
import {Parameter} from '../../lib/engine/parameter.ts'
import {tf} from '../../lib/engine/tensorflow.ts'
import type {TrainingFile} from '../../lib/model/checkpoint.ts'
import type {Network} from '../../lib/model/network.ts'
import type {OptimizerSpec} from '../../lib/model/parameter-groups.ts'
import type {ModelSpec, Precision} from '../../lib/model/spec.ts'
import type {StateDict} from '../../lib/engine/state-dict.ts'
import {openTrainer, type Trainer} from '../../lib/model/trainer.ts'
import {hashed, openTiny, tiny, tinyImages, tinyWeights} from './tiny-network.ts'

const dim = 8 * tiny.width
const plain: OptimizerSpec = {name: 'adamw', lr: 0.01, weight_decay: 0.01}

for (const batchnorm of ['frozen', 'live'] as const) {
  for (const precision of ['float32', 'bfloat16'] as const) {
    const spec = {...tiny, batchnorm}

    test(`Training twice gives the same bytes (${batchnorm} batch norm, ${precision})`, () => {
      assert.deepEqual(train(spec, precision, [0, 1, 2]), train(spec, precision, [0, 1, 2]))
    })

    test(`Training on from saved files gives the bytes of training straight through (${batchnorm} batch norm, ${precision})`, () => {
      const straight = train(spec, precision, [0, 1, 2])
      const stopped = train(spec, precision, [0, 1])
      assert.notDeepEqual(stopped.weights, straight.weights)
      assert.equal(stopped.training.step, 2)
      assert.deepEqual(train(spec, precision, [2], stopped), straight)
    })
  }
}

test('Training leaves no tensors behind, neither from step to step nor at the end', () => {
  for (const batchnorm of ['frozen', 'live'] as const) {
    const start = [liveTensors(), tf.memory().numTensors]
    const network = openTiny({...tiny, batchnorm})
    const trainer = openTrainer(network.parameters, {
      ...plain,
      clip_norm: 0.1,
      groups: [{match: 'bn', weight_decay: 0}],
    })
    const counts = [0, 1, 2].map((step) => {
      takeStep(network, trainer, step)
      return liveTensors()
    })
    assert.deepEqual(counts, [counts[0], counts[0], counts[0]])
    trainer.dispose()
    network.dispose()
    assert.deepEqual([liveTensors(), tf.memory().numTensors], start)
  }
})

test('Without a gradient a weight only decays, by lr * weight_decay', () => {
  const weights = tinyWeights(tiny)
  const network = openTiny(tiny, weights)
  const trainer = openTrainer(network.parameters, {name: 'adamw', lr: 0.01, weight_decay: 0.5})
  assert.equal(trainer.step({lr: 0.1, batches: 1}).gradientNorm, 0)
  const before = weights.get('conv1.weight')!.data as Float32Array
  const after = network.weights().get('conv1.weight')!.data as Float32Array
  // one rounding to float32 each of the product and the difference
  after.forEach((value, i) => {
    assert.ok(Math.abs(value - before[i]! * (1 - 0.1 * 0.5)) <= 2 ** -23 * Math.abs(before[i]!))
  })
  trainer.dispose()
  network.dispose()
})

test('A group has its own learning rate and decay, and the first matching group counts', () => {
  const weights = tinyWeights(tiny)
  const network = openTiny(tiny, weights)
  const trainer = openTrainer(network.parameters, {
    name: 'adamw',
    lr: 0.1,
    weight_decay: 0.5,
    groups: [
      {match: '^conv1\\.', lr_multiplier: 0},
      {match: '^(conv1|layer1\\.0\\.conv1)\\.', weight_decay: 0},
    ],
  })
  trainer.step({lr: 0.1, batches: 1})
  const after = network.weights()
  const moved = [...after]
    .filter(([name, {data}]) => data.some((value, i) => value !== weights.get(name)!.data[i]))
    .map(([name]) => name)
  assert.ok(!moved.includes('conv1.weight'))
  assert.ok(!moved.includes('layer1.0.conv1.weight'))
  assert.ok(moved.includes('layer1.0.conv2.weight'))
  assert.ok(moved.includes('bn1.weight'))
  trainer.dispose()
  network.dispose()
})

test('The norm reported is that of all gradients together, and clipping shortens them to the limit', () => {
  const moments = [undefined, 0.5].map((limit) => {
    const network = openTiny(tiny)
    const trainer = openTrainer(network.parameters, {...plain, ...(limit === undefined ? {} : {clip_norm: limit})})
    const gradientNorm = takeStep(network, trainer, 0)
    // after one step the first moment is (1 - 0.9) times the gradient
    const squares = [...trainer.training().tensors]
      .filter(([name]) => name.startsWith('exp_avg.'))
      .flatMap(([, {data}]) => [...(data as Float32Array)])
    trainer.dispose()
    network.dispose()
    return {gradientNorm, applied: 10 * Math.hypot(...squares)}
  })
  const [free, clipped] = moments
  assert.ok(Math.abs(free!.applied / free!.gradientNorm - 1) < 1e-5)
  assert.equal(clipped!.gradientNorm, free!.gradientNorm)
  assert.ok(free!.gradientNorm > 0.5)
  assert.ok(Math.abs(clipped!.applied - 0.5) < 1e-5)
})

test('The gradients of several batches count as their mean', () => {
  const network = openTiny(tiny)
  const trainer = openTrainer(network.parameters, plain)
  const single = takeStep(network, trainer, 0)
  trainer.dispose()
  network.dispose()
  const again = openTiny(tiny)
  const accumulating = openTrainer(again.parameters, plain)
  passBackward(again, 0)
  passBackward(again, 0)
  const {gradientNorm} = accumulating.step({lr: 0.01, batches: 2})
  assert.ok(Math.abs(gradientNorm / single - 1) < 1e-6)
  accumulating.dispose()
  again.dispose()
})

test('A training state of another model or optimiser is refused', () => {
  const network = openTiny(tiny)
  const tensors = new Map()
  assert.throws(() => openTrainer(network.parameters, plain, {optimizer: 'sgd', step: 1, tensors}), {
    message: 'The training state was made by the optimiser "sgd", not by "adamw". Start from its model alone.',
  })
  assert.throws(() => openTrainer(network.parameters, plain, {optimizer: 'adamw', step: 1, tensors}), {
    message:
      'The training state belongs to another model or loss: it lacks 120 tensors, first exp_avg.conv1.weight. Start from its model alone.',
  })
  network.dispose()
})

test('Weights of a loss train beside the network and go on from the training file to the bit', () => {
  const straight = trainWithLoss([0, 1, 2])
  const stopped = trainWithLoss([0, 1])
  assert.notDeepEqual(stopped.training, straight.training)
  assert.deepEqual(trainWithLoss([2], stopped), straight)
  const {tensors} = straight.training
  assert.deepEqual(tensors.get('loss.class_weights')!.shape, [3, 2])
  assert.deepEqual(tensors.get('exp_avg.loss.class_weights')!.shape, [3, 2])
  assert.deepEqual(tensors.get('loss.bank')!.data, Float32Array.of(7))
  assert.ok(!tensors.has('conv1.weight'), 'weights of the network are in the model file')
})

test('Weights of a loss have no decay unless a group gives them some', () => {
  const decays = [[], [{match: '^loss', weight_decay: 0.5}]].map((groups) => {
    const loss = new Parameter('loss.beta', Float32Array.of(1.5), [])
    const trainer = openTrainer([loss], {name: 'adamw', lr: 0.1, weight_decay: 0.9, groups})
    trainer.step({lr: 0.1, batches: 1})
    const [value] = loss.toHost()
    trainer.dispose()
    loss.dispose()
    return value
  })
  assert.deepEqual(decays, [1.5, Math.fround(1.5 * (1 - 0.1 * 0.5))])
})

test("A group's own learning rate is bent by the schedule as the base is", () => {
  const moves = [{lr: 0.5}, {lr_multiplier: 5}].map((rate) => {
    const loss = new Parameter('loss.beta', Float32Array.of(1), [1])
    const trainer = openTrainer([loss], {...plain, lr: 0.1, groups: [{match: '', ...rate}]})
    loss.addGradient(fromHost(Float32Array.of(1), [1]))
    trainer.step({lr: 0.05, batches: 1})
    const [value] = loss.toHost()
    trainer.dispose()
    loss.dispose()
    return value!
  })
  // the first step of Adam is the learning rate: 0.5 * 0.05 / 0.1
  assert.ok(Math.abs(moves[0]! - 0.75) < 1e-6)
  assert.equal(moves[0], moves[1])
})

test('A frozen group moves nothing, whatever its gradient, and counts nothing in the norm', () => {
  const frozen = new Parameter('loss.frozen', Float32Array.of(1, 2), [2])
  const moving = new Parameter('loss.moving', Float32Array.of(1, 2), [2])
  const trainer = openTrainer([frozen, moving], {...plain, groups: [{match: 'frozen', lr_multiplier: 0}]})
  frozen.addGradient(fromHost(Float32Array.of(Number.NaN, 5), [2]))
  moving.addGradient(fromHost(Float32Array.of(3, 4), [2]))
  assert.equal(trainer.step({lr: 0.1, batches: 1}).gradientNorm, 5)
  assert.deepEqual(frozen.toHost(), Float32Array.of(1, 2))
  assert.notDeepEqual(moving.toHost(), Float32Array.of(1, 2))
  trainer.dispose()
  for (const parameter of [frozen, moving]) parameter.dispose()
})

test('A group that matches nothing is refused, with the names that exist', () => {
  const network = openTiny(tiny)
  const loss = new Parameter('loss.proxies', Float32Array.of(1), [1])
  const groups = [{match: '^layer4'}, {match: 'proxy', lr: 1}, {match: '^fc', lr_multiplier: 10}]
  assert.throws(() => openTrainer([...network.parameters, loss], {...plain, groups}), {
    message:
      'optimizer.groups: no parameter matches "proxy", "^fc". Names here begin with or are: conv1.…, bn1.…, layer1.…, layer2.…, layer3.…, layer4.…, loss.proxies.',
  })
  loss.dispose()
  network.dispose()
})

/** Trains the tiny network with class weights of a loss. */
function trainWithLoss(
  steps: readonly number[],
  from?: {weights: StateDict; training: TrainingFile},
): {weights: StateDict; training: TrainingFile} {
  const network = openTiny(tiny, from?.weights ?? tinyWeights(tiny))
  const kept = from?.training.tensors.get('loss.class_weights')?.data as Float32Array | undefined
  const classes = new Parameter('loss.class_weights', kept ?? Float32Array.from(hashed(50, 6)), [3, 2])
  const trainer = openTrainer([...network.parameters, classes], plain, from?.training)
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
function train(
  spec: ModelSpec,
  precision: Precision,
  steps: readonly number[],
  from?: {weights: StateDict; training: TrainingFile},
): {weights: StateDict; training: TrainingFile} {
  const network = openTiny(spec, from?.weights ?? tinyWeights(spec), precision)
  const trainer = openTrainer(network.parameters, {...plain, clip_norm: 1}, from?.training)
  for (const step of steps) takeStep(network, trainer, step)
  const result = {weights: network.weights(), training: trainer.training()}
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
