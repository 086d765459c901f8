import assert from 'node:assert/strict'
import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {test} from 'node:test'
import {weightToHost} from '../../lib/engine/layout.ts'
import {FLOAT, liveTensors, type Raw, read} from '../../lib/engine/op.ts'
import {normalisePixels} from '../../lib/engine/ops/pixels.ts'
import {Value} from '../../lib/engine/tape.ts'
import {tf} from '../../lib/engine/tensorflow.ts'
import {build} from '../../lib/model/backbones/resnet18.ts'
import {importWeights} from '../../lib/model/import-weights.ts'
import type {UnitLayer} from '../../lib/model/layers/unit.ts'
import {type ForwardPass, openNetwork} from '../../lib/model/network.ts'
import {optimizerParameters} from '../../lib/model/optimizer-parameters.ts'
import {openSafetensors} from '../../lib/model/safetensors.ts'
import type {ModelSpec} from '../../lib/model/spec.ts'
import {openTrainer} from '../../lib/model/trainer.ts'
import {openWeightStore} from '../../lib/model/weight-store.ts'
import {needsShared, shared} from '../shared.ts'

// The weights' terms forbid copies, so numbers, images and weights are read where they are. Tolerances are the fixtures' (README there):
// all against PyTorch's float32, whose own distance to float64 they cover.
interface Resnet18File {
  activations: Record<
    string,
    {shape: number[]; mean: number; std_population: number; min: number; max: number; mean_per_image: number[]}
  >
  descriptors: Record<'spoc' | 'mac', number[][]>
  training_step: {
    margin: number
    lr: number
    weight_decay: number
    loss_float32: number
    loss_before_steps_1_2_3_and_after_3: number[]
    parameters: Record<string, {grad_l2: number; sum_after: number; l2_of_change: number}>
  }
}

const spec: ModelSpec = {
  backbone: 'resnet18',
  width: 64,
  stem: 'imagenet',
  pool: 'spoc',
  embedding: null,
  batchnorm: 'frozen',
}
const imagenet = {channels: 'rgb', range: 1, mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225]} as const

test('Activations of all layers are those of torchvision', needsShared, async () => {
  const {activations} = fixture()
  const pixels = await fixtureTensor('features.crops_u8')
  const workshop = {store: openWeightStore(await weights()), dtype: FLOAT, live: false, folded: []}
  const captured = new Map<string, Raw>()
  const {trunk} = build<Value>(spec, {
    open: (layer) => {
      const compute = layer.open(workshop)
      return (...inputs) => {
        const output = compute(inputs, undefined)
        const norm = (layer as Partial<UnitLayer>).shape?.norm
        if (norm !== undefined) captured.set(norm, output.hold().raw)
        return output
      }
    },
    again: (x) => x.hold(),
  })
  trunk(new Value(normalisePixels(pixels, [4, 224, 224], imagenet, FLOAT), false))
  for (const [norm, layer] of [
    ['bn1', 'bn1'],
    ['layer1.1.bn2', 'layer1'],
    ['layer2.1.bn2', 'layer2'],
    ['layer3.1.bn2', 'layer3'],
    ['layer4.1.bn2', 'layer4'],
  ] as const) {
    const map = captured.get(norm)!
    const expected = activations[layer]!
    assert.deepEqual(
      map.shape,
      [0, 2, 3, 1].map((axis) => expected.shape[axis]),
    )
    const values = read(map) as Float32Array
    const mean = average(values)
    assertNear(mean, expected.mean, 1e-4, `${layer} mean`)
    assertNear(
      Math.sqrt(average(values.map((value) => (value - mean) ** 2))),
      expected.std_population,
      1e-4,
      `${layer} deviation`,
    )
    assertNear(
      values.reduce((a, b) => Math.min(a, b)),
      expected.min,
      1e-4,
      `${layer} least`,
    )
    assertNear(
      values.reduce((a, b) => Math.max(a, b)),
      expected.max,
      1e-4,
      `${layer} largest`,
    )
    const length = values.length / 4
    expected.mean_per_image.forEach((value, i) => {
      assertNear(average(values.subarray(i * length, (i + 1) * length)), value, 1e-4, `${layer} mean of image ${i}`)
    })
  }
})

for (const pool of ['spoc', 'mac'] as const) {
  test(`Descriptors of four birds are torchvision's (${pool})`, needsShared, async () => {
    const network = await openNetwork({...spec, pool}, await weights(), imagenet, {
      precision: 'float32',
      training: false,
    })
    const described = network.describe({
      pixels: await fixtureTensor('features.crops_u8'),
      count: 4,
      height: 224,
      width: 224,
    })
    network.dispose()
    fixture().descriptors[pool].forEach((expected, i) => {
      const descriptor = described.subarray(i * 512, (i + 1) * 512)
      const length = Math.hypot(...descriptor)
      expected.forEach((value, j) => {
        assertNear(descriptor[j]! / length, value, 1e-5, `number ${j} of image ${i}`)
      })
    })
  })
}

test('Three training steps on triplets have the losses, gradients and changes of PyTorch', needsShared, async () => {
  const {margin, lr, weight_decay, loss_before_steps_1_2_3_and_after_3: losses, parameters} = fixture().training_step
  const pixels = await fixtureTensor('train.crops_u8')
  const before = liveTensors()
  const start = await weights()
  const network = await openNetwork(spec, start, imagenet, {precision: 'float32', training: true})
  const settings = optimizerParameters.parse({name: 'adamw', lr, weight_decay})
  const trainer = await openTrainer(network.parameters, settings, {model: start})
  losses.forEach((expected, step) => {
    const pass = network.forward({pixels, count: 12, height: 224, width: 224})
    const loss = backward(pass, margin)
    // the first is float32 against float32; the later ones come after changed signs of tiny gradients
    assertNear(loss, expected, step === 0 ? 1e-5 : 2e-5, `loss ${step}`)
    if (step === 0) {
      for (const parameter of network.parameters) {
        const gradient = parameter.takeGradient()!
        const length = Math.sqrt(sumOfSquares(weightToHost(gradient)))
        parameter.addGradient(gradient)
        const {grad_l2} = parameters[parameter.name]!
        // ReLUs and maxima that flip at rounding: PyTorch's float32 and float64 differ by up to 1.4e-3
        assertNear(length / grad_l2, 1, 2e-3, `length of the gradient of ${parameter.name}`)
      }
    }
    trainer.step({lr, batches: 1})
    if (step === 0) {
      for (const [name, tensor] of network.weights()) {
        const expected = parameters[name]
        if (expected === undefined || tensor.dtype !== 'F32') continue
        const old = start.get(name)!.data as Float32Array
        assertNear(
          Math.sqrt(sumOfSquares(tensor.data.map((value, i) => value - old[i]!))) / expected.l2_of_change,
          1,
          1e-2,
          `change of ${name}`,
        )
        assertNear(average(tensor.data) * tensor.data.length, expected.sum_after, 5e-4, `sum of ${name}`)
      }
    }
  })
  assert.equal(Object.keys(parameters).filter((name) => !name.startsWith('fc.')).length, network.parameters.length)
  trainer.dispose()
  network.dispose()
  assert.equal(liveTensors(), before)
})

/** mean(max(|a - p|² - |a - n|² + margin, 0)) of unit vectors; rows are all anchors, all positives, all negatives. */
function backward(pass: ForwardPass, margin: number): number {
  const {value, grad} = tf.valueAndGrad((x: tf.Tensor) => {
    const unit = tf.div(x, tf.norm(x, 'euclidean', 1, true))
    const [anchor, positive, negative] = tf.split(unit, 3) as [tf.Tensor, tf.Tensor, tf.Tensor]
    const distance = (a: tf.Tensor, b: tf.Tensor) => tf.sum(tf.square(tf.sub(a, b)), 1)
    return tf.mean(tf.relu(tf.add(tf.sub(distance(anchor, positive), distance(anchor, negative)), margin)))
  })(pass.embeddings)
  const [loss] = value.dataSync()
  pass.backward(grad as tf.Tensor2D)
  tf.dispose([value, grad])
  return loss!
}

function fixture(): Resnet18File {
  return JSON.parse(readFileSync(join(shared!, 'fixtures/resnet18.json'), 'utf8'))
}

async function fixtureTensor(name: string): Promise<Uint8Array> {
  const source = await openSafetensors(join(shared!, 'fixtures/resnet18.safetensors'))
  const bytes = await source.tensors.get(name)!.read()
  await source.close()
  return bytes
}

async function weights() {
  return (await importWeights(join(shared!, 'weights/resnet18-imagenet.pth'), spec, 0)).weights
}

function average(values: Float32Array): number {
  let sum = 0
  for (const value of values) sum += value
  return sum / values.length
}

function sumOfSquares(values: Float32Array): number {
  let sum = 0
  for (const value of values) sum += value * value
  return sum
}

function assertNear(actual: number, expected: number, tolerance: number, what: string): void {
  assert.ok(Math.abs(actual - expected) <= tolerance, `${what} is ${actual}, not ${expected}`)
}
