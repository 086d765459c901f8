import type {DescriptorsTable} from '../../tables/descriptors.ts'
import type {QueriesTable} from '../../tables/queries.ts'

/** Queries of the test set with the most of them: an image may ask in several, and a page is about one question. */
export function largestSet(queries: QueriesTable): {queries: QueriesTable; name: string; setCount: number} {
  const counts = new Map<string, number>()
  for (const name of queries.set) counts.set(name, (counts.get(name) ?? 0) + 1)
  const [[name] = ['']] = [...counts].sort(([, a], [, b]) => b - a)
  if (counts.size <= 1) return {queries, name, setCount: counts.size}
  const rows = Array.from(queries.set.keys()).filter((row) => queries.set[row] === name)
  return {queries: pickRows(queries, rows), name, setCount: counts.size}
}

/** Descriptors of the images that ask, where these are what is looked among. */
export function describedOf({id, dim, vectors}: DescriptorsTable, queries: QueriesTable): DescriptorsTable {
  const asking = new Set(queries.id)
  const rows = Array.from(id.keys()).filter((row) => asking.has(id[row]!))
  const picked = new Float32Array(rows.length * dim)
  for (const [to, row] of rows.entries()) picked.set(vectors.subarray(row * dim, (row + 1) * dim), to * dim)
  return {id: Int32Array.from(rows, (row) => id[row]!), dim, vectors: picked}
}

function pickRows({metricNames, values, ...columns}: QueriesTable, rows: readonly number[]): QueriesTable {
  const width = metricNames.length
  const picked = Object.entries(columns).map(([name, column]) => {
    if (Array.isArray(column)) return [name, rows.map((row) => column[row]!)]
    const values = rows.map((row) => column[row]!)
    return [name, column instanceof Int32Array ? Int32Array.from(values) : Float32Array.from(values)]
  })
  return {
    ...(Object.fromEntries(picked) as Omit<QueriesTable, 'metricNames' | 'values'>),
    metricNames,
    values: Float32Array.from(
      {length: rows.length * width},
      (_, at) => values[rows[Math.floor(at / width)]! * width + (at % width)]!,
    ),
  }
}
