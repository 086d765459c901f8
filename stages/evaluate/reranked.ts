import type {DescriptorSet} from '../../lib/engine/nearest/sets.ts'
import {nearest} from '../../lib/engine/nearest.ts'
import type {HitList} from '../../lib/metrics/hits.ts'
import type {MetricsSpec} from '../../lib/metrics/parameters.ts'
import {type Lists, rerank} from '../../lib/metrics/rerank.ts'
import type {Work} from './journal.ts'

type Options = NonNullable<MetricsSpec['descriptors']['rerank']>

/** Where every query finds its class among its first `candidates` neighbours, put into a new order. */
export interface Reranked {
  readonly candidates: number
  /** By row of the query, ascending from 1. */
  readonly ranks: readonly (readonly number[])[]
}

/** Re-ranks the first neighbours of every query; whether items find each other is asked among queries and references together. */
export async function rerankFirst(
  queries: DescriptorSet,
  references: DescriptorSet,
  {k1, k2, lambda, candidates}: Options,
  work: Work,
): Promise<Reranked> {
  const isWithin = queries.id === references.id
  const everyone = isWithin ? references : together(queries, references)
  const search = (piece: string) => ({onProgress: work.onProgress('images'), savepoints: work.savepoints(piece)})
  const k = Math.min(Math.max(k1, k2), everyone.id.length)
  const all = await nearest({queries: everyone, references: everyone, k, exclude: 'self', ...search('who finds whom')})
  const wanted = Math.min(candidates, references.id.length)
  const found = await nearest({queries, references, k: wanted, exclude: 'self', ...search('candidates')})
  const shift = isWithin ? 0 : queries.id.length
  const rowOf = rowsById(references, shift)
  const lists: Lists = {k: wanted, rows: found.ids.map((id) => rowOf.get(id) ?? -1)}
  const everyoneRow = rowsById(everyone, 0)
  const order = rerank(
    {k, rows: all.ids.map((id) => everyoneRow.get(id) ?? -1)},
    lists,
    Array.from(queries.id.keys()),
    {k1, k2, lambda, distance: (a, b) => 1 - cosine(everyone, a, b)},
  )
  const ranks = Array.from(queries.label, (own, query) => {
    const list = Array.from(order.subarray(query * wanted, (query + 1) * wanted))
    return list.flatMap((row, at) => (row >= 0 && everyone.label[row] === own ? [at + 1] : []))
  })
  return {candidates: wanted, ranks}
}

/** Hits of some queries after their first neighbours were put into a new order; what comes behind them stays where it is. */
export function replaceFirst(hits: HitList, rows: Int32Array, {candidates, ranks}: Reranked): HitList {
  const offsets = new Int32Array(hits.offsets.length)
  const all: number[] = []
  for (const [query, row] of rows.entries()) {
    for (const rank of ranks[row]!) all.push(rank)
    for (const rank of hits.ranks.subarray(hits.offsets[query], hits.offsets[query + 1]))
      if (rank > candidates) all.push(rank)
    offsets[query + 1] = all.length
  }
  return {...hits, offsets, ranks: Int32Array.from(all), depth: Math.max(hits.depth, candidates)}
}

/** Queries, then references; ids are rows, as an image may be on both sides. */
function together(queries: DescriptorSet, references: DescriptorSet): DescriptorSet {
  const join = <T extends Int32Array | Float32Array>(a: T, b: T, Numbers: new (length: number) => T): T => {
    const joined = new Numbers(a.length + b.length)
    joined.set(a)
    joined.set(b, a.length)
    return joined
  }
  const count = queries.id.length + references.id.length
  return {
    id: Int32Array.from({length: count}, (_, row) => row),
    label: join<Int32Array>(queries.label, references.label, Int32Array),
    vectors: join<Float32Array>(queries.vectors, references.vectors, Float32Array),
    dim: queries.dim,
  }
}

function rowsById({id}: DescriptorSet, shift: number): Map<number, number> {
  return new Map(Array.from(id, (one, row) => [one, row + shift]))
}

function cosine({vectors, dim}: DescriptorSet, a: number, b: number): number {
  let sum = 0
  for (let i = 0; i < dim; i++) sum += vectors[a * dim + i]! * vectors[b * dim + i]!
  return sum
}
