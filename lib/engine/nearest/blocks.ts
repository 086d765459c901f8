import {bool, FLOAT, free, fromHost, INT32, int, type Raw, read, run, type} from '../op.ts'
import type {Savepoints} from '../savepoints.ts'
import {eachBlock} from './each-block.ts'
import {type Hits, offer, openHits, SEGMENT, type View} from './offer.ts'
import {blockSize, type Operand, product} from './operand.ts'
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
  {
    memoryBytes = 2 ** 25,
    onProgress,
    savepoints,
  }: {memoryBytes?: number; onProgress?: (done: number, total: number) => void; savepoints?: Savepoints},
): Promise<void> {
  const {places, scores, sizes} = shortlists
  const state = {places, scores, sizes}
  const [skip = 0] = savepoints?.reached ?? []
  if (skip > 0) await savepoints?.restore(state)
  const within = search.queryRows === search.referenceRows
  const to = search.queryRows.length
  const hits = openHits()
  await eachBlock(
    {search, size: blockSize(memoryBytes, search.dim), from: 0, to, once: within, skip},
    (queries, references, mirrored) => scanBlock(search, shortlists, hits, queries, references, mirrored),
    async (done, total) => {
      onProgress?.(Math.floor((done / total) * to), to)
      if (done < total) await savepoints?.reach([done], state)
      else await savepoints?.finish([done], state)
    },
  )
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
