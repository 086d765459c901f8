import {findHits, type HitList} from '../../lib/metrics/hits.ts'

/** Images with their vectors, row by row. */
export interface Set {
  readonly id: readonly number[]
  readonly label: readonly number[]
  readonly vectors: readonly (readonly number[])[]
}

/** Vectors divided by their length. */
export function unit(vectors: readonly (readonly number[])[]): number[][] {
  return vectors.map((row) => row.map((value) => value / Math.hypot(...row)))
}

export function squaredDistance(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + (value - b[i]!) ** 2, 0)
}

export interface RankingOptions {
  /** Whether what has the query's id is left out. @default true */
  readonly withoutSelf?: boolean
  /** Squared distances this close are meant to be one: the last bit of a cosine is nobody's intention. @default 1e-14 */
  readonly tie?: number
}

/** Complete rankings by id, from the definition: all distances in float64, ties by ascending id. */
export function rankAll(
  queries: Set,
  references: Set,
  {withoutSelf = true, tie = 1e-14}: RankingOptions = {},
): number[][] {
  return queries.vectors.map((vector, query) => {
    const others = references.vectors.map((other, row) => ({
      id: references.id[row]!,
      distance: squaredDistance(vector, other),
    }))
    return others
      .filter(({id}) => !withoutSelf || id !== queries.id[query])
      .sort((a, b) => (Math.abs(a.distance - b.distance) <= tie ? a.id - b.id : a.distance - b.distance))
      .map(({id}) => id)
  })
}

/** Hits in rankings of any length. */
export function hitsIn(rankings: readonly (readonly number[])[], queries: Set, references: Set): HitList {
  const k = Math.max(1, ...rankings.map((ranking) => ranking.length))
  const neighbours = Int32Array.from(rankings.flatMap((ranking) => [...ranking, ...Array(k - ranking.length).fill(-1)]))
  const relevant = Int32Array.from(
    queries.label,
    (own, row) => references.label.filter((label, at) => label === own && references.id[at] !== queries.id[row]).length,
  )
  const labelled = {id: Int32Array.from(references.id), label: Int32Array.from(references.label)}
  return findHits({label: Int32Array.from(queries.label), neighbours, k, references: labelled, relevant})
}
