import {borrow, free, fromHost, toTfjs} from '../engine/op.ts'
import {gatherRows} from '../engine/ops/elementwise.ts'
import {matMul} from '../engine/ops/matrix.ts'
import type {tf} from '../engine/tensorflow.ts'
import type {ForwardPass} from './network.ts'

/**
 * A forward pass as a loss sees it in which one picture has several places: embeddings [rows, dim], of which row i is that of picture
 * `pictures[i]`, and the gradients of its rows add up. undefined: every picture has a row of its own.
 */
export function repeated(pass: ForwardPass, pictures: Int32Array | undefined): ForwardPass {
  if (pictures === undefined) return pass
  const count = pass.embeddings.shape[0]
  const wanted = fromHost(pictures, [pictures.length])
  const embeddings = toTfjs<tf.Tensor2D>(gatherRows(borrow(pass.embeddings), wanted))
  free(wanted)
  return {
    embeddings,
    backward: (gradient, rows) => {
      const places = new Float32Array(count * pictures.length)
      pictures.forEach((picture, row) => {
        places[picture * pictures.length + row] = 1
      })
      const matrix = fromHost(places, [count, pictures.length])
      const sums = toTfjs<tf.Tensor2D>(matMul(matrix, borrow(gradient)))
      free(matrix)
      pass.backward(sums, rows && picturesOf(rows, pictures))
      sums.dispose()
      embeddings.dispose()
    },
    dispose: () => {
      pass.dispose()
      embeddings.dispose()
    },
  }
}

/** The pictures of some rows, ascending, each once. */
export function picturesOf(rows: Int32Array, pictures: Int32Array | undefined): Int32Array {
  return pictures === undefined ? rows : Int32Array.from(new Set(Array.from(rows, (row) => pictures[row]!))).sort()
}
