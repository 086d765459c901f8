import type {ImagesTable} from '../../tables/images.ts'
import type {QueryRows} from '../facts.ts'

/** How well the images of one class find each other. */
export interface ClassScore {
  readonly label: number
  readonly images: number
  readonly precisionAt1: number
  readonly mapAtR: number
  /** The other class that is nearest most often. */
  readonly takenFor?: {readonly label: number; readonly times: number}
}

/** Two classes that are taken for each other; a is the smaller label. */
export interface Confusion {
  readonly a: number
  readonly b: number
  /** Images of one whose nearest image is of the other. */
  readonly times: number
  /** Images of both. */
  readonly images: number
  /** The query of the two that is nearest to the other class, and that image. */
  readonly example: {readonly query: number; readonly nearest: number; readonly distance: number}
}

/** All classes with something to find, the worst first: by precision@1, then MAP@R, then label. */
export function scoreClasses(queries: QueryRows): ClassScore[] {
  const rowsOf = groupByLabel(queries)
  const scores = [...rowsOf].map(([label, rows]) => {
    const mean = (values: Float32Array) => rows.reduce((sum, row) => sum + values[row]!, 0) / rows.length
    const wrong = countBy(rows.map((row) => queries.nearestLabel[row]!).filter((nearest) => nearest !== label))
    const [most] = [...wrong].sort(([a, times], [b, others]) => others - times || a - b)
    return {
      label,
      images: rows.length,
      precisionAt1: mean(queries.precisionAt1),
      mapAtR: mean(queries.mapAtR),
      ...(most === undefined ? {} : {takenFor: {label: most[0], times: most[1]}}),
    }
  })
  return scores.sort((a, b) => a.precisionAt1 - b.precisionAt1 || a.mapAtR - b.mapAtR || a.label - b.label)
}

/** Pairs of classes that are confused, the most often confused first. */
export function findConfusions(queries: QueryRows): Confusion[] {
  const rowsOf = groupByLabel(queries)
  const pairs = new Map<string, number[]>()
  for (const [row, label] of queries.label.entries()) {
    const nearest = queries.nearestLabel[row]!
    if (nearest === label || queries.relevant[row] === 0) continue
    const name = label < nearest ? `${label} ${nearest}` : `${nearest} ${label}`
    pairs.set(name, [...(pairs.get(name) ?? []), row])
  }
  const confusions = [...pairs].map(([name, rows]) => {
    const [a, b] = name.split(' ').map(Number) as [number, number]
    const closest = rows.reduce((best, row) =>
      queries.nearestDistance[row]! < queries.nearestDistance[best]! ? row : best,
    )
    return {
      a,
      b,
      times: rows.length,
      images: (rowsOf.get(a)?.length ?? 0) + (rowsOf.get(b)?.length ?? 0),
      example: {
        query: queries.id[closest]!,
        nearest: queries.nearest[closest]!,
        distance: queries.nearestDistance[closest]!,
      },
    }
  })
  return confusions.sort((x, y) => y.times - x.times || x.example.distance - y.example.distance || x.a - y.a)
}

/** Class names by label. */
export function openClassNames({label, className}: ImagesTable): (label: number) => string {
  const names = new Map(Array.from(label, (own, row) => [own, className[row]!]))
  return (own) => names.get(own) ?? `class ${own}`
}

/** Rows of the queries that are not alone in their class. */
function groupByLabel({label, relevant}: QueryRows): Map<number, number[]> {
  const rows = new Map<number, number[]>()
  for (const [row, own] of label.entries()) {
    if (relevant[row] === 0) continue
    const known = rows.get(own)
    if (known === undefined) rows.set(own, [row])
    else known.push(row)
  }
  return rows
}

function countBy(values: readonly number[]): Map<number, number> {
  const counts = new Map<number, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return counts
}
