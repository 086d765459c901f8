import type {QueriesTable} from '../../lib/tables/queries.ts'
import type {Retrieval} from './retrieval.ts'
import type {TestSet} from './test-set.ts'

/** One row for every query of every test set. */
export function queriesTable(measured: readonly {set: TestSet; retrieval: Retrieval}[]): QueriesTable {
  const parts = measured.map(({set, retrieval}) => rowsOf(set, retrieval))
  const [first] = parts as [QueriesTable]
  if (parts.length === 1) return first
  const joined = Object.keys(first).map((name) => {
    const columns = parts.map((part) => part[name as keyof QueriesTable])
    return [name, name === 'metricNames' ? first.metricNames : concatenate(columns)]
  })
  return Object.fromEntries(joined) as QueriesTable
}

function rowsOf({name, queries, references}: TestSet, retrieval: Retrieval): QueriesTable {
  const {relevant, firstHit, exact, chosen, nearest, nearestDistance} = retrieval
  const labelOf = new Map(Array.from(references.id, (id, row) => [id, references.label[row]!]))
  // A table needs a value in every row: what is never left out stands in where only clusters are measured.
  const values = chosen.size > 0 ? chosen : new Map([['precision_at_1', exact.get('precision_at_1')!]])
  return {
    set: Array.from(queries.id, () => name),
    id: queries.id,
    label: queries.label,
    nearest,
    nearestLabel: nearest.map((id) => labelOf.get(id) ?? -1),
    nearestDistance,
    relevant,
    precisionAt1: Float32Array.from(exact.get('precision_at_1')!),
    rPrecision: Float32Array.from(exact.get('r_precision')!),
    mapAtR: Float32Array.from(exact.get('map_at_r')!),
    firstHit,
    metricNames: [...values.keys()],
    values: interleave([...values.values()], queries.id.length),
  }
}

/** Columns as one row-major array. */
function interleave(columns: readonly Float64Array[], rows: number): Float32Array {
  const result = new Float32Array(rows * columns.length)
  for (const [at, column] of columns.entries())
    for (let row = 0; row < rows; row++) result[row * columns.length + at] = column[row]!
  return result
}

function concatenate(columns: readonly (Int32Array | Float32Array | string[])[]): Int32Array | Float32Array | string[] {
  const [first] = columns
  if (Array.isArray(first)) return (columns as string[][]).flat()
  const values = (columns as (Int32Array | Float32Array)[]).flatMap((column) => [...column])
  return first instanceof Int32Array ? Int32Array.from(values) : Float32Array.from(values)
}
