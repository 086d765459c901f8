import {setImmediate} from 'node:timers/promises'
import {bool, FLOAT, free, fromHost, INT32, int, type Raw, read, run, type} from '../op.ts'
import {type Hits, offer, openHits, SEGMENT, type View} from './offer.ts'
import {blockSize, type Operand, openRoom, product, upload} from './operand.ts'
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
  const room = openRoom(size, search.dim)
  const hits = openHits()
  let done = 0
  for (let i = 0; i < queryBlocks; i++) {
    const queries = upload(search, 'queries', i * size, room)
    for (let j = within ? i : 0; j < referenceBlocks; j++) {
      const references = upload(search, 'references', j * size, room)
      scanBlock(search, shortlists, hits, queries, references, within && j > i)
      free(references.tensor)
      done++
      options.onProgress?.(Math.floor((done / total) * search.queryRows.length), search.queryRows.length)
    }
    free(queries.tensor)
    await setImmediate() // lets progress reach the runner and a wish to stop reach us
  }
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
  const scores = product(rows, columns)
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
