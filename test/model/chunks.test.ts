import assert from 'node:assert/strict'
import {test} from 'node:test'
import {liveTensors} from '../../lib/engine/op.ts'
import {tf} from '../../lib/engine/tensorflow.ts'
import {forwardInChunks} from '../../lib/model/chunks.ts'
import {assertClose, hashed, openTiny, takeGradients, tiny, tinyImages} from './tiny-network.ts'

const images = tinyImages(7, 24, 20)
const noise = {seed: 11}

for (const size of [1, 3, 7, 100]) {
  for (const rows of [undefined, Int32Array.of(0, 2, 5, 6), new Int32Array()]) {
    test(`Seven images in chunks of ${size} give the gradient of the whole batch (rows with a gradient: ${rows ?? 'all'})`, async () => {
      const network = await openTiny({
        ...tiny,
        pool: 'gem',
        embedding: {size: 5, hidden: [], relu: 'between', normalise: 'none'},
        dropout: 0.4,
      })
      const values = Float32Array.from(hashed(6000, 7 * 5), (value, i) =>
        rows === undefined || rows.includes(Math.floor(i / 5)) ? value : 0,
      )
      const upstream = tf.tensor2d(values, [7, 5])

      const whole = network.forward(images, noise)
      const expected = whole.embeddings.dataSync()
      whole.backward(upstream, rows)
      const gradients = takeGradients(network)
      const before = liveTensors()
      const pass = forwardInChunks(network, images, size, noise)
      assertClose(pass.embeddings.dataSync(), expected, 1e-6)
      pass.backward(upstream, rows)
      const found = takeGradients(network)

      assert.deepEqual([...found.keys()], [...gradients.keys()])
      // the same terms in sums of another order
      for (const [name, gradient] of gradients) assertClose(found.get(name)!, gradient, 2e-5)
      assert.equal(liveTensors(), before)
      upstream.dispose()
      network.dispose()
    })
  }
}

test('A pass in chunks that is given up leaves nothing behind', async () => {
  const network = await openTiny(tiny)
  network.describe(images) // folded weights stay
  const before = liveTensors()
  forwardInChunks(network, images, 2).dispose()
  assert.equal(liveTensors(), before)
  network.dispose()
})
