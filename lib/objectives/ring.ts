import type {StateDict} from '../engine/state-dict.ts'
import {UserError} from '../user-error.ts'
import type {LossContext} from './loss.ts'

/** The last so many vectors with their classes: when it is full, the oldest are written over. */
export interface Ring {
  /** Adds the rows of a batch, not more than fit; where each was put. */
  add(vectors: Float32Array, classes: Int32Array): Int32Array
  /** All that is in it, in the order of the places. To be read before the next `add`. */
  content(): {readonly vectors: Float32Array; readonly classes: Int32Array}
  /** Counts a batch, remembered or not. */
  count(): void
  batches(): number
  state(): StateDict
}

/** Opens a ring, on from what `remembered` kept where there is something. */
export function openRing(size: number, dim: number, remembered: LossContext['remembered']): Ring {
  const vectors = new Float32Array(size * dim)
  const classes = new Int32Array(size)
  let [filled, next, batches] = [0, 0, 0]
  const kept = remembered('memory')
  if (kept !== undefined) {
    const [keptClasses, places] = [remembered('memory_classes')!, remembered('memory_next')!]
    filled = kept.shape[0]!
    next = Number(places.data[0])
    batches = Number(places.data[1])
    if (kept.dtype !== 'F32' || kept.shape[1] !== dim || filled > size || (filled < size && next !== filled)) {
      throw new UserError(
        `The training state remembers ${filled} embeddings of ${kept.shape[1]} numbers, made with another objective.memory.size than ${size} or another model. Start from its model alone.`,
      )
    }
    vectors.set(kept.data)
    classes.set(Int32Array.from(keptClasses.data, Number))
  }
  return {
    add(rows, labels) {
      const places = Int32Array.from(labels, (_, row) => (next + row) % size)
      places.forEach((place, row) => {
        vectors.set(rows.subarray(row * dim, (row + 1) * dim), place * dim)
        classes[place] = labels[row]!
      })
      next = (next + labels.length) % size
      filled = Math.min(size, filled + labels.length)
      return places
    },
    content: () => ({vectors: vectors.subarray(0, filled * dim), classes: classes.subarray(0, filled)}),
    count() {
      batches++
    },
    batches: () => batches,
    state: () =>
      new Map([
        ['memory', {dtype: 'F32', shape: [filled, dim], data: vectors.slice(0, filled * dim)}],
        [
          'memory_classes',
          {dtype: 'I64', shape: [filled], data: BigInt64Array.from(classes.subarray(0, filled), BigInt)},
        ],
        ['memory_next', {dtype: 'I64', shape: [2], data: BigInt64Array.of(BigInt(next), BigInt(batches))}],
      ]),
  }
}
