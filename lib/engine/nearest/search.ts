import {UserError} from '../../user-error.ts'
import type {DescriptorSet} from './sets.ts'

/** Which references a query may not have as neighbours. */
export type Exclusion = 'self' | 'same-class'

/** A search made ready: references in an order in which what a query may not find is one run of places. */
export interface Search {
  readonly queries: DescriptorSet
  readonly references: DescriptorSet
  readonly dim: number
  /** Row of the reference at each place. */
  readonly referenceRows: Int32Array
  /** Row of the query at each place; the same array when a set is searched in itself. */
  readonly queryRows: Int32Array
  /** Places of references that the query at each place may not find: from (inclusive), to (exclusive). */
  readonly excludedFrom: Int32Array
  readonly excludedTo: Int32Array
  /** Mean of the references: distances do not change when it is taken off, and rounding errors shrink with the norms. */
  readonly centre: Float32Array
  /** Half the squared norm of every row, centred, [queries] and [references]. */
  readonly queryHalfNorms: Float32Array
  readonly referenceHalfNorms: Float32Array
}

export function arrange(request: {queries: DescriptorSet; references: DescriptorSet; exclude: Exclusion}): Search {
  const {queries, references, exclude} = request
  const group = exclude === 'self' ? (set: DescriptorSet) => set.id : (set: DescriptorSet) => set.label
  const referenceRows = sortedRows(group(references), references.id)
  const within = queries === references
  const queryRows = within ? referenceRows : sortedRows(group(queries), queries.id)
  const centre = meanVector(references)
  const referenceHalfNorms = halfNorms(references, centre)
  return {
    queries,
    references,
    dim: references.dim,
    referenceRows,
    queryRows,
    ...excludedRuns(group(queries), queryRows, group(references), referenceRows),
    centre,
    referenceHalfNorms,
    queryHalfNorms: within ? referenceHalfNorms : halfNorms(queries, centre),
  }
}

/** Rows by ascending group, then id. */
function sortedRows(group: Int32Array, id: Int32Array): Int32Array {
  const rows = Int32Array.from(group, (_, row) => row)
  return rows.sort((a, b) => group[a]! - group[b]! || id[a]! - id[b]!)
}

/** Both sides are in order of the group, so one walk finds every query's run. */
function excludedRuns(
  queryGroup: Int32Array,
  queryRows: Int32Array,
  referenceGroup: Int32Array,
  referenceRows: Int32Array,
): {excludedFrom: Int32Array; excludedTo: Int32Array} {
  const excludedFrom = new Int32Array(queryRows.length)
  const excludedTo = new Int32Array(queryRows.length)
  let from = 0
  let to = 0
  for (let place = 0; place < queryRows.length; place++) {
    const own = queryGroup[queryRows[place]!]!
    while (from < referenceRows.length && referenceGroup[referenceRows[from]!]! < own) from++
    to = Math.max(to, from)
    while (to < referenceRows.length && referenceGroup[referenceRows[to]!]! === own) to++
    excludedFrom[place] = from
    excludedTo[place] = to
  }
  return {excludedFrom, excludedTo}
}

function meanVector({vectors, dim, id}: DescriptorSet): Float32Array {
  const sums = new Float64Array(dim)
  for (let row = 0; row < id.length; row++) {
    const at = row * dim
    for (let i = 0; i < dim; i++) sums[i]! += vectors[at + i]!
  }
  return Float32Array.from(sums, (sum) => sum / Math.max(id.length, 1))
}

function halfNorms({vectors, dim, id}: DescriptorSet, centre: Float32Array): Float32Array {
  const halves = Float32Array.from(id, (_, row) => {
    const at = row * dim
    let sum = 0
    for (let i = 0; i < dim; i++) {
      const value = Math.fround(vectors[at + i]! - centre[i]!)
      sum += value * value
    }
    return sum / 2
  })
  if (!halves.every(Number.isFinite)) {
    throw new UserError(
      'The descriptors to search hold NaN or infinite numbers: the network that made them has diverged. ' +
        'Train with a lower optimizer.lr, or from an earlier epoch.',
    )
  }
  return halves
}
