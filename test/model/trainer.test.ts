import assert from 'node:assert/strict'
import {test} from 'node:test'
import {liveTensors} from '../../lib/engine/op.ts'
import {tf} from '../../lib/engine/tensorflow.ts'
import type {TrainingFile} from '../../lib/model/checkpoint.ts'
import type {Network} from '../../lib/model/network.ts'
import type {OptimizerSpec} from '../../lib/model/parameter-groups.ts'
import type {ModelSpec, Precision} from '../../lib/model/spec.ts'
import type {StateDict} from '../../lib/model/state-dict.ts'
import {openTrainer, type Trainer} from '../../lib/model/trainer.ts'
import {hashed, openTiny, tiny, tinyImages, tinyWeights} from './tiny-network.ts'

const dim = 8 * tiny.width
const plain: OptimizerSpec = {name: 'adamw', weight_decay: 0.01}

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
    const trainer = openTrainer(network, {...plain, clip_norm: 0.1, groups: [{match: 'bn', weight_decay: 0}]})
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
  const trainer = openTrainer(network, {name: 'adamw', weight_decay: 0.5})
  assert.equal(trainer.step({lr: 0.1, batches: 1}).gradientNorm, 0)
  const before = weights.get('conv1.weight')!.data as Float32Array
  const after = trainer.modelWeights().get('conv1.weight')!.data as Float32Array
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
  const trainer = openTrainer(network, {
    name: 'adamw',
    weight_decay: 0.5,
    groups: [
      {match: '^conv1\\.', lr_multiplier: 0},
      {match: '^(conv1|layer1\\.0\\.conv1)\\.', weight_decay: 0},
    ],
  })
  trainer.step({lr: 0.1, batches: 1})
  const after = trainer.modelWeights()
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
    const trainer = openTrainer(network, {...plain, ...(limit === undefined ? {} : {clip_norm: limit})})
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
  const trainer = openTrainer(network, plain)
  const single = takeStep(network, trainer, 0)
  trainer.dispose()
  network.dispose()
  const again = openTiny(tiny)
  const accumulating = openTrainer(again, plain)
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
  assert.throws(() => openTrainer(network, plain, {optimizer: 'sgd', step: 1, tensors}), {
    message: 'The training state was made by the optimiser "sgd", not by "adamw". Start from its model alone.',
  })
  assert.throws(() => openTrainer(network, plain, {optimizer: 'adamw', step: 1, tensors}), {
    message: 'The training state belongs to another model: it lacks 120 tensors, first exp_avg.conv1.weight.',
  })
  network.dispose()
})

/** Trains from the first weights or on from saved ones. */
function train(
  spec: ModelSpec,
  precision: Precision,
  steps: readonly number[],
  from?: {weights: StateDict; training: TrainingFile},
): {weights: StateDict; training: TrainingFile} {
  const network = openTiny(spec, from?.weights ?? tinyWeights(spec), precision)
  const trainer = openTrainer(network, {...plain, clip_norm: 1}, from?.training)
  for (const step of steps) takeStep(network, trainer, step)
  const result = {weights: trainer.modelWeights(), training: trainer.training()}
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
