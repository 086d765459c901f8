import assert from 'node:assert/strict'
import {test} from 'node:test'
import {liveTensors} from '../../lib/engine/op.ts'
import {tf} from '../../lib/engine/tensorflow.ts'
import {repeated} from '../../lib/model/repeated.ts'
import {plannedSteps} from '../../stages/train-epoch/planned-steps.ts'
import {someImages} from '../tables/fixtures.ts'
import {assertClose, hashed, openTiny, takeGradients, tiny, tinyImages} from './tiny-network.ts'

const places = [0, 1, 2, 1, 0, 3, 1]
const four = tinyImages(4, 24, 20)
const bytes = 24 * 20 * 3
const seven = {
  ...four,
  count: places.length,
  pixels: Uint8Array.from(places.flatMap((place) => [...four.pixels.subarray(place * bytes, (place + 1) * bytes)])),
}

for (const rows of [undefined, Int32Array.of(1, 3, 4, 6), new Int32Array()]) {
  test(`Four pictures in seven rows teach what seven pictures would (rows with a gradient: ${rows ?? 'all'})`, async () => {
    const network = await openTiny(tiny)
    const dim = network.dim
    const values = Float32Array.from(hashed(6000, 7 * dim), (value, i) =>
      rows === undefined || rows.includes(Math.floor(i / dim)) ? value : 0,
    )
    const upstream = tf.tensor2d(values, [7, dim])
    const whole = network.forward(seven)
    const expected = whole.embeddings.dataSync()
    whole.backward(upstream, rows)
    const gradients = takeGradients(network)

    const before = liveTensors()
    const pass = repeated(network.forward(four), Int32Array.from(places))
    assertClose(pass.embeddings.dataSync(), expected, 1e-6)
    pass.backward(upstream, rows)
    const found = takeGradients(network)
    assert.deepEqual([...found.keys()], [...gradients.keys()])
    for (const [name, gradient] of gradients) assertClose(found.get(name)!, gradient, 2e-5)
    repeated(network.forward(four), Int32Array.from(places)).dispose()
    assert.equal(liveTensors(), before)
    upstream.dispose()
    network.dispose()
  })
}

test('Rows of a step with the same image and seed are one picture, in the order in which they come', () => {
  const images = someImages()
  const [a, b] = Array.from(images.id.filter((_, row) => images.split[row] === 'train'))
  const step = (ids: number[], seeds: number[]) => {
    const length = ids.length
    return plannedSteps(
      {
        step: new Int32Array(length),
        slot: Int32Array.from(ids.keys()),
        group: new Int32Array(length),
        role: ids.map(() => 'member'),
        image: Int32Array.from(ids),
        seed: Uint32Array.from(seeds),
        lr: new Float64Array(length),
        momentum: new Float64Array(length),
        stepSeed: new Uint32Array(length),
        distance: new Float32Array(length),
      } as Parameters<typeof plannedSteps>[0],
      images,
    ).steps[0]!
  }
  const repeats = step([b!, a!, b!, a!, b!], [7, 7, 8, 7, 7])
  assert.deepEqual([...repeats.images], [b, a, b])
  assert.deepEqual([...repeats.seeds], [7, 7, 8])
  assert.deepEqual([...repeats.pictures!], [0, 1, 2, 1, 0])
  assert.equal(repeats.labels.length, 5)
  assert.equal(step([a!, b!, a!], [1, 2, 3]).pictures, undefined)
})
