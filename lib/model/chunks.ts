import {borrow, free, fromHost, toTfjs} from '../engine/op.ts'
import {gatherRows} from '../engine/ops/elementwise.ts'
import type {tf} from '../engine/tensorflow.ts'
import type {ForwardPass, ImageBatch, Network} from './network.ts'
import type {Noise} from './noise.ts'

/**
 * A forward pass of a batch whose feature maps would not fit into memory, `size` images at a time (gradient caching, Gao et al. 2021):
 * embeddings first, keeping nothing else; `backward` goes forward once more, now with what gradients need, over the images that have a
 * gradient. The loss sees the whole batch and its gradient is the whole batch's, for at most one more forward pass. Where an image has
 * a part in the others' embeddings (live batch norm) that would be wrong, and configuration refuses it. Both times the same is left out at random: what, depends on
 * an image's place in the batch. The pixels must stay until the pass has ended.
 */
export function forwardInChunks(network: Network, batch: ImageBatch, size: number, noise?: Noise): ForwardPass {
  const all = Int32Array.from({length: batch.count}, (_, row) => row)
  const described = new Float32Array(batch.count * network.dim)
  for (const rows of chunksOf(all, size)) {
    described.set(network.describe(selectImages(batch, rows), noiseOf(rows)), rows[0]! * network.dim)
  }
  const embeddings = toTfjs<tf.Tensor2D>(fromHost(described, [batch.count, network.dim]))
  return {
    embeddings,
    backward: (gradient, rows = all) => {
      for (const chunk of chunksOf(rows, size)) {
        const ofChunk = selectRows(gradient, chunk)
        network.forward(selectImages(batch, chunk), noiseOf(chunk)).backward(ofChunk)
        ofChunk.dispose()
      }
      embeddings.dispose()
    },
    dispose: () => embeddings.dispose(),
  }

  function noiseOf(places: Int32Array): Noise | undefined {
    return noise && {...noise, places}
  }
}

function chunksOf(rows: Int32Array, size: number): Int32Array[] {
  return Array.from({length: Math.ceil(rows.length / size)}, (_, i) => rows.subarray(i * size, (i + 1) * size))
}

/** Copies: TensorFlow wants the images of a pass side by side. */
function selectImages({pixels, height, width}: ImageBatch, rows: Int32Array): ImageBatch {
  const bytes = height * width * 3
  const selected = new Uint8Array(rows.length * bytes)
  rows.forEach((row, i) => {
    selected.set(pixels.subarray(row * bytes, (row + 1) * bytes), i * bytes)
  })
  return {pixels: selected, count: rows.length, height, width}
}

function selectRows(x: tf.Tensor2D, rows: Int32Array): tf.Tensor2D {
  const wanted = fromHost(rows, [rows.length])
  const selected = gatherRows(borrow(x), wanted)
  free(wanted)
  return toTfjs<tf.Tensor2D>(selected)
}
