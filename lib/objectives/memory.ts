import {free, fromHost, type Raw, read} from '../engine/op.ts'
import type {StateDict} from '../engine/state-dict.ts'
import {UserError} from '../user-error.ts'
import type {LossContext} from './loss.ts'
import type {MemorySpec} from './parameters/objective.ts'
import {openRing} from './ring.ts'
import type {PairList, Tuples} from './tuples.ts'
import {openVectors, type Vectors} from './vectors.ts'

/** What a batch is compared with: vectors whose columns behind the batch are what is remembered. */
export interface Comparison {
  readonly vectors: Vectors
  /** The pairs of every row with everything remembered, but not with itself; the batch's own columns have no part in them. */
  readonly tuples: Tuples
  dispose(): void
}

/**
 * The last embeddings of earlier batches, to be compared with (Wang et al. 2020, "Cross-Batch Memory for Embedding Learning";
 * CrossBatchMemory of pytorch-metric-learning 2.8.1): every batch is remembered first, as it comes, then compared with all that is
 * remembered. What is remembered gets no gradient, that batch's own copies neither.
 */
export interface BatchMemory {
  /** undefined before `start_step`: nothing is remembered then. */
  compare(embeddings: Raw, labels: Int32Array): Comparison | undefined
  /** By plain name, for the training half of the checkpoint. */
  state(): StateDict
}

export function openMemory({size, start_step: first}: MemorySpec, {dim, remembered}: LossContext): BatchMemory {
  const ring = openRing(size, dim, remembered)
  return {
    compare(embeddings, labels) {
      if (labels.length > size) {
        throw new UserError(
          `A batch of ${labels.length} does not fit into objective.memory.size ${size}. Make the memory at least as large as a batch.`,
        )
      }
      const step = ring.batches()
      ring.count()
      if (step < first) return undefined
      const own = ring.add(read(embeddings) as Float32Array, labels)
      const {vectors: rows, classes} = ring.content()
      const references = fromHost(rows, [classes.length, dim])
      const vectors = openVectors(embeddings, references)
      return {
        vectors,
        tuples: tuplesWith(labels, classes, own),
        dispose() {
          vectors.dispose()
          free(references)
        },
      }
    },
    state: () => ring.state(),
  }
}

/** `own`: where every row of the batch was put. */
function tuplesWith(labels: Int32Array, classes: Int32Array, own: Int32Array): Tuples {
  const pairs = (kept: (row: number, place: number) => boolean): PairList => {
    const start = new Int32Array(labels.length + 1)
    const other = new Int32Array(labels.length * classes.length)
    let count = 0
    for (let row = 0; row < labels.length; row++) {
      for (let place = 0; place < classes.length; place++) {
        if (kept(row, place)) other[count++] = labels.length + place
      }
      start[row + 1] = count
    }
    return {start, other: other.slice(0, count)}
  }
  return {
    positives: pairs((row, place) => classes[place] === labels[row] && place !== own[row]),
    negatives: pairs((row, place) => classes[place] !== labels[row]),
  }
}
