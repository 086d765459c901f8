import assert from 'node:assert/strict'
import {test} from 'node:test'
import {traceNetwork} from '../../lib/model/graph.ts'
import {randomWeights, startTensor} from '../../lib/model/random-weights.ts'
import {tinySpec} from './fixtures.ts'

const spec = {...tinySpec, width: 16}

test('the tensors are those of the layout, in its order', async () => {
  const weights = await randomWeights(spec, 0)
  assert.deepEqual(
    [...weights].map(([name, {shape}]) => ({name, shape})),
    (await traceNetwork(spec)).tensors.map(({name, shape}) => ({name, shape})),
  )
})

test('convolutions have mean 0 and variance 2 / (outgoing channels * 9), as normal draws do', async () => {
  const {data, shape} = (await randomWeights(spec, 0)).get('layer4.1.conv2.weight')!
  const numbers = Array.from(data as Float32Array)
  const expected = Math.sqrt(2 / (shape[0]! * 3 * 3))
  const mean = numbers.reduce((sum, value) => sum + value, 0) / numbers.length
  const deviation = Math.sqrt(numbers.reduce((sum, value) => sum + (value - mean) ** 2, 0) / numbers.length)
  // 147,456 draws: the standard error of the mean is expected / 384, that of the deviation expected / 543. Four of each.
  assert.ok(Math.abs(mean) < (4 * expected) / 384, `mean ${mean}`)
  assert.ok(Math.abs(deviation - expected) < (4 * expected) / 543, `deviation ${deviation}, not ${expected}`)
  const beyondTwo = numbers.filter((value) => Math.abs(value) > 2 * expected).length / numbers.length
  assert.ok(
    Math.abs(beyondTwo - 0.0455) < 0.003,
    `${beyondTwo} of a normal distribution lie beyond two deviations, not 0.0455`,
  )
})

test("GoogLeNet's convolutions are normal with deviation 0.01, BN-Inception's uniform within 1 / √inputs, their bias too", async () => {
  const of = async (backbone: 'googlenet' | 'bninception', name: string) => {
    const layout = (await traceNetwork({...spec, backbone})).tensors.find((tensor) => tensor.name === name)!
    return Array.from(startTensor(layout, 0).data as Float32Array)
  }
  // 41,472 draws: four standard errors
  const normal = await of('googlenet', 'inception5b.branch3.1.conv.weight')
  const square = normal.reduce((sum, value) => sum + value ** 2, 0) / normal.length
  assert.ok(Math.abs(Math.sqrt(square) - 0.01) < (4 * 0.01) / Math.sqrt(2 * normal.length))
  for (const part of ['weight', 'bias']) {
    const uniform = await of('bninception', `conv2_3x3.${part}`)
    const limit = 1 / Math.sqrt(64 * 9)
    assert.ok(uniform.every((value) => Math.abs(value) < limit))
    assert.ok(Math.max(...uniform) > 0.95 * limit && Math.min(...uniform) < -0.95 * limit)
  }
})

test('batch norm starts as the identity', async () => {
  const weights = await randomWeights(spec, 0)
  const value = (name: string) => new Set<number | bigint>(weights.get(`layer2.0.bn1.${name}`)!.data)
  assert.deepEqual(value('weight'), new Set([1]))
  assert.deepEqual(value('bias'), new Set([0]))
  assert.deepEqual(value('running_mean'), new Set([0]))
  assert.deepEqual(value('running_var'), new Set([1]))
  assert.deepEqual(value('num_batches_tracked'), new Set([0n]))
})

test('a seed names its weights: equal seeds equal, other seeds other, and each tensor its own', async () => {
  const draw = async (seed: number, name: string) => (await randomWeights(spec, seed)).get(name)!.data
  assert.deepEqual(await draw(1, 'conv1.weight'), await draw(1, 'conv1.weight'))
  assert.notDeepEqual(await draw(1, 'conv1.weight'), await draw(2, 'conv1.weight'))
  assert.notDeepEqual(await draw(1, 'layer1.0.conv1.weight'), await draw(1, 'layer1.0.conv2.weight'))
})
