import {bool, FLOAT, fromHost, type Raw, run, type} from '../op.ts'
import {SEGMENT} from './offer.ts'
import type {Search} from './search.ts'

/** Rows of a square block: its scores take half of the memory, its operands the rest. */
export function blockSize(memoryBytes: number, dim: number): number {
  const scores = Math.sqrt(memoryBytes / 8)
  const operands = memoryBytes / 2 / (8 * (dim + 2))
  return Math.max(SEGMENT, Math.floor(Math.min(scores, operands) / SEGMENT) * SEGMENT)
}

/** Rows of one side of a block on their way through TensorFlow. */
export interface Operand {
  readonly tensor: Raw
  /** First place, and the number of real rows; the tensor has more, up to a whole number of segments. */
  readonly start: number
  readonly count: number
}

/** Host memory of one operand of each side, used again for every block: what was uploaded from it has been freed by then. */
export type Room = Readonly<Record<'queries' | 'references', Float32Array>>

export function openRoom(size: number, dim: number): Room {
  return {queries: new Float32Array(size * (dim + 2)), references: new Float32Array(size * (dim + 2))}
}

/** Score of rows that only fill up a segment. */
const NOWHERE = -1e30

/**
 * Uploads rows so that one matrix product gives -|x - y|^2 / 2 = x.y - |x|^2 / 2 - |y|^2 / 2:
 * a query is [x, 1, -|x|^2 / 2] and a reference [y, -|y|^2 / 2, 1], both centred. Rows that fill up score far below all others.
 */
export function upload(search: Search, side: 'queries' | 'references', start: number, room: Room): Operand {
  const {dim, centre} = search
  const rows = side === 'queries' ? search.queryRows : search.referenceRows
  const halfNorms = side === 'queries' ? search.queryHalfNorms : search.referenceHalfNorms
  const {vectors} = search[side]
  const [one, norm] = side === 'queries' ? [dim, dim + 1] : [dim + 1, dim]
  const count = Math.min(room[side].length / (dim + 2), rows.length - start)
  const padded = Math.ceil(count / SEGMENT) * SEGMENT
  const data = room[side].subarray(0, padded * (dim + 2))
  for (let i = 0; i < padded; i++) {
    const to = i * (dim + 2)
    if (i >= count) {
      data.fill(0, to, to + dim)
      data[to + one] = 1
      data[to + norm] = NOWHERE
      continue
    }
    const row = rows[start + i]!
    const from = row * dim
    for (let c = 0; c < dim; c++) data[to + c] = vectors[from + c]! - centre[c]!
    data[to + one] = 1
    data[to + norm] = -halfNorms[row]!
  }
  return {tensor: fromHost(data, [padded, dim + 2]), start, count}
}

/** Scores [queries, references] of a block, larger is nearer. The caller frees them. */
export function product(queries: Operand, references: Operand): Raw {
  return run(
    'MatMul',
    [queries.tensor, references.tensor],
    [type('T', FLOAT), bool('transpose_a', false), bool('transpose_b', true)],
  )
}
