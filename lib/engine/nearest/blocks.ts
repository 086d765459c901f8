import {setImmediate} from 'node:timers/promises'
import {bool, FLOAT, free, fromHost, INT32, int, type Raw, read, run, type} from '../op.ts'
import {type Hits, offer, openHits, SEGMENT, type View} from './offer.ts'
import type {Search} from './search.ts'
import type {Shortlists} from './shortlists.ts'

/**
 * Offers every reference to every query, a block of scores at a time.
 *
 * Finding the maxima of segments costs a fiftieth of the product (a top-k as much as the product), and after the first blocks
 * few segments hold anything that could enter a shortlist. When a set is searched in itself, a block serves the queries of its
 * rows and, read downwards, those of its columns.
 */
export async function scanBlocks(
  search: Search,
  shortlists: Shortlists,
  options: {memoryBytes?: number; onProgress?: (done: number, total: number) => void},
): Promise<void> {
  const within = search.queryRows === search.referenceRows
  const size = blockSize(options.memoryBytes ?? 2 ** 25, search.dim)
  const queryBlocks = Math.ceil(search.queryRows.length / size)
  const referenceBlocks = Math.ceil(search.referenceRows.length / size)
  const total = within ? (queryBlocks * (queryBlocks + 1)) / 2 : queryBlocks * referenceBlocks
  const room = {
    queries: new Float32Array(size * (search.dim + 2)),
    references: new Float32Array(size * (search.dim + 2)),
  }
  const hits = openHits()
  let done = 0
  for (let i = 0; i < queryBlocks; i++) {
    const queries = operand(search, 'queries', i * size, room)
    for (let j = within ? i : 0; j < referenceBlocks; j++) {
      const references = operand(search, 'references', j * size, room)
      scanBlock(search, shortlists, hits, queries, references, within && j > i)
      free(references.tensor)
      done++
      options.onProgress?.(Math.floor((done / total) * search.queryRows.length), search.queryRows.length)
    }
    free(queries.tensor)
    await setImmediate() // lets progress reach the runner and a wish to stop reach us
  }
}

/** Rows of a square block: its scores take half of the memory, its operands the rest. */
function blockSize(memoryBytes: number, dim: number): number {
  const scores = Math.sqrt(memoryBytes / 8)
  const operands = memoryBytes / 2 / (8 * (dim + 2))
  return Math.max(SEGMENT, Math.floor(Math.min(scores, operands) / SEGMENT) * SEGMENT)
}

interface Operand {
  readonly tensor: Raw
  /** First place, and the number of real rows; the tensor has more, up to a whole number of segments. */
  readonly start: number
  readonly count: number
}

/** Host memory of one operand of each side, used again for every block: what was uploaded from it has been freed by then. */
type Room = Readonly<Record<'queries' | 'references', Float32Array>>

/** Score of rows that only fill up a segment. */
const NOWHERE = -1e30

/**
 * Uploads rows so that one matrix product gives -|x - y|^2 / 2 = x.y - |x|^2 / 2 - |y|^2 / 2:
 * a query is [x, 1, -|x|^2 / 2] and a reference [y, -|y|^2 / 2, 1], both centred. Rows that fill up score far below all others.
 */
function operand(search: Search, side: 'queries' | 'references', start: number, room: Room): Operand {
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

function scanBlock(
  search: Search,
  shortlists: Shortlists,
  hits: Hits,
  rows: Operand,
  columns: Operand,
  downwards: boolean,
): void {
  const [height, width] = [rows.tensor.shape[0]!, columns.tensor.shape[0]!]
  const scores = run(
    'MatMul',
    [rows.tensor, columns.tensor],
    [floats, bool('transpose_a', false), bool('transpose_b', true)],
  )
  const across: View = {
    queries: rows,
    references: columns,
    maxima: maxima(scores, [height * (width / SEGMENT), SEGMENT]),
    maximumSteps: [width / SEGMENT, 1],
    scoreSteps: [width, 1],
    pick: (at) => pick(scores, at),
  }
  offer(search, shortlists, across, hits)
  if (downwards) {
    const down: View = {
      ...across,
      queries: columns,
      references: rows,
      maxima: maxima(scores, [height / SEGMENT, SEGMENT, width]),
      maximumSteps: [1, width],
      scoreSteps: [1, width],
    }
    offer(search, shortlists, down, hits)
  }
  free(scores)
}

const floats = type('T', FLOAT)

/** Maxima over axis 1 of the scores seen in the given shape. */
function maxima(scores: Raw, shape: number[]): Float32Array {
  const dimensions = fromHost(Int32Array.from(shape), [shape.length])
  const axis = fromHost(Int32Array.of(1), [1])
  const segments = run('Reshape', [scores, dimensions], [floats, type('Tshape', INT32)])
  const result = run('Max', [segments, axis], [floats, bool('keep_dims', false), type('Tidx', INT32)])
  const values = read(result) as Float32Array
  free(dimensions, axis, segments, result)
  return values
}

/** Single scores by their place in the flattened block. */
function pick(scores: Raw, at: Int32Array): Float32Array {
  const flat = fromHost(Int32Array.of(-1), [1])
  const axis = fromHost(Int32Array.of(0), [])
  const places = fromHost(at, [at.length])
  const line = run('Reshape', [scores, flat], [floats, type('Tshape', INT32)])
  const picked = run(
    'GatherV2',
    [line, places, axis],
    [int('batch_dims', 0), type('Tparams', FLOAT), type('Tindices', INT32), type('Taxis', INT32)],
  )
  const values = read(picked) as Float32Array
  free(flat, axis, places, line, picked)
  return values
}
