import assert from 'node:assert/strict'
import {test} from 'node:test'
import {FLOAT, free, read} from '../../lib/engine/op.ts'
import {type Normalisation, normalisePixels} from '../../lib/engine/ops/pixels.ts'

const pixels = Uint8Array.from({length: 2 * 3 * 2 * 3}, (_, i) => (i * 37) % 256)

for (const [name, normalisation] of Object.entries({
  'torchvision: red, green, blue in 0..1': {channels: 'rgb', range: 1, mean: [0.4, 0.5, 0.6], std: [0.2, 0.25, 0.5]},
  'Caffe: blue, green, red in 0..255': {channels: 'bgr', range: 255, mean: [104, 117, 128], std: [1, 2, 4]},
} satisfies Record<string, Normalisation>)) {
  test(`Pictures are turned, brought to their range and normalised as networks take them (${name})`, () => {
    const images = normalisePixels(pixels, [2, 3, 2], normalisation, FLOAT)
    assert.deepEqual(images.shape, [2, 3, 2, 3])
    const found = read(images)
    free(images)
    const {channels, range, mean, std} = normalisation
    for (let image = 0; image < 2; image++) {
      for (let place = 0; place < 6; place++) {
        for (let channel = 0; channel < 3; channel++) {
          const colour = channels === 'rgb' ? channel : 2 - channel
          const byte = pixels[(image * 6 + 5 - place) * 3 + colour]!
          const expected = ((byte * range) / 255 - mean[channel]!) / std[channel]!
          assert.ok(Math.abs(found[(image * 6 + place) * 3 + channel]! - expected) < 1e-5 * range)
        }
      }
    }
  })
}
