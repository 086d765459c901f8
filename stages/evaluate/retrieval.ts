import type {ClassRanks} from '../../lib/engine/class-ranks/ranks.ts'
import {classRanks} from '../../lib/engine/class-ranks.ts'
import type {Neighbours} from '../../lib/engine/nearest/sets.ts'
import {nearest} from '../../lib/engine/nearest.ts'
import type {Arrays, Savepoints} from '../../lib/engine/savepoints.ts'
import {type ChosenMetric, chooseMetrics} from '../../lib/metrics/choose.ts'
import {conventions} from '../../lib/metrics/conventions.ts'
import {countEarlierDuplicates, dropFirstColumn} from '../../lib/metrics/first-column.ts'
import {countRelevant, findHits, type HitList} from '../../lib/metrics/hits.ts'
import {measureQueries, openValues, type QueryValues} from '../../lib/metrics/measure.ts'
import type {MetricsSpec} from '../../lib/metrics/parameters.ts'
import {UserError} from '../../lib/user-error.ts'
import type {Work} from './journal.ts'
import {replaceFirst, rerankFirst} from './reranked.ts'
import type {TestSet} from './test-set.ts'

export interface Retrieval {
  /** Images of its class that each query could find. */
  readonly relevant: Int32Array
  /** Rank of the first of them, 0 where it was not looked for that far or there is none. */
  readonly firstHit: Int32Array
  /** The metrics asked for, in their convention. */
  readonly chosen: QueryValues
  /** precision_at_1, r_precision, map_at_r in the convention `exact`, which the table of queries always holds. */
  readonly exact: QueryValues
  /** Nearest of all, -1 where there is none, and how far it is. */
  readonly nearest: Int32Array
  readonly nearestDistance: Float32Array
  /** Lists as long as a metric wants to know who is found at all; absent where none does. */
  readonly lists?: Neighbours
}

type Progress = ReturnType<Work['onProgress']>

/** Most memory for lists of neighbours; where they would take more, ranks are counted instead. */
const listBytes = 2 ** 29

const always = chooseMetrics({names: ['precision_at_1', 'r_precision', 'map_at_r'], k: [1], convention: 'exact'})

/** Finds where every query has its class, and measures that. */
export async function retrieve(
  {name, queries, references}: TestSet,
  spec: MetricsSpec,
  work: Work,
): Promise<Retrieval> {
  const relevant = countRelevant(queries, references)
  const chosen = chooseMetrics(spec)
  if (chosen.length > 0) checkRelevant(relevant, name)
  const rules = conventions[spec.convention]
  const before = rules.self === 'first-column' && queries === references ? countEarlierDuplicates(queries) : undefined
  const limit = Math.min(spec.depth ?? Number.POSITIVE_INFINITY, rules.depth ?? Number.POSITIVE_INFINITY)
  const count = queries.id.length
  const result = {
    relevant,
    firstHit: new Int32Array(count),
    chosen: openValues(chosen, count),
    exact: openValues(always, count),
    nearest: new Int32Array(count),
    nearestDistance: new Float32Array(count),
  }
  const {rerank} = spec.descriptors
  const reranked = rerank === null ? undefined : await rerankFirst(queries, references, rerank, work)
  const inConvention = (hits: HitList, rows: Int32Array) => {
    if (reranked !== undefined) return replaceFirst(hits, rows, reranked)
    return before === undefined
      ? hits
      : dropFirstColumn(
          hits,
          rows.map((row) => before[row]!),
        )
  }
  const take = (hits: HitList, rows: Int32Array) => {
    measureQueries(always, hits, result.exact, rows)
    const own = inConvention(hits, rows)
    measureQueries(chosen, {...own, depth: Math.min(own.depth, limit)}, result.chosen, rows)
    for (const [query, row] of rows.entries())
      if (hits.offsets[query + 1]! > hits.offsets[query]!) result.firstHit[row] = hits.ranks[hits.offsets[query]!]!
  }
  const wanted = neighboursWanted(chosen, relevant, spec)
  const onProgress = work.onProgress('images')
  const search = {queries, references}
  if (count * (wanted.forRanks + 8) * 16 <= listBytes) {
    const k = Math.min(Math.max(wanted.forRanks + 1, wanted.forLists), references.id.length)
    const neighbours = await nearest({
      ...search,
      k,
      exclude: 'self',
      onProgress,
      savepoints: work.savepoints('neighbours'),
    })
    take(findHits({label: queries.label, neighbours: neighbours.ids, k, references, relevant}), rowNumbers(count))
    for (let row = 0; row < count; row++) {
      result.nearest[row] = neighbours.ids[row * k]!
      result.nearestDistance[row] = neighbours.distances[row * k]!
    }
    return {...result, lists: neighbours}
  }
  const parts = wanted.forLists === 0 ? 1 : 2
  const savepoints = await withArrays(work.savepoints('ranks'), arraysOf(result))
  for await (const part of classRanks({...search, savepoints, onProgress: shareOf(onProgress, 0, parts)})) {
    take(asHits(part), part.rows)
    for (const [query, row] of part.rows.entries()) {
      result.nearest[row] = part.nearestIds[query]!
      result.nearestDistance[row] = part.nearestIds[query] === -1 ? Number.NaN : part.nearestDistances[query]!
    }
  }
  if (wanted.forLists === 0) return result
  const k = Math.min(wanted.forLists, references.id.length)
  const progress = shareOf(onProgress, 1, parts)
  const lists = await nearest({
    ...search,
    k,
    exclude: 'self',
    onProgress: progress,
    savepoints: work.savepoints('lists'),
  })
  return {...result, lists}
}

type Columns = Pick<Retrieval, 'firstHit' | 'chosen' | 'exact' | 'nearest' | 'nearestDistance'>

/** What is filled in part by part. */
function arraysOf({firstHit, chosen, exact, nearest, nearestDistance}: Columns): Arrays {
  const named = (prefix: string, values: QueryValues) =>
    [...values].map(([name, column]) => [`${prefix}.${name}`, column])
  return {
    firstHit,
    nearest,
    nearestDistance,
    ...Object.fromEntries([...named('chosen', chosen), ...named('exact', exact)]),
  }
}

/** Savepoints that hold further arrays, which are filled at once with what was saved of them. */
async function withArrays(savepoints: Savepoints, own: Arrays): Promise<Savepoints> {
  if (savepoints.reached !== undefined) await savepoints.restore(own)
  return {
    ...savepoints,
    reach: (place, arrays) => savepoints.reach(place, {...own, ...arrays}),
    finish: (place, arrays) => savepoints.finish(place, {...own, ...arrays}),
  }
}

/** A mean over nobody is no number. */
function checkRelevant(relevant: Int32Array, name: string): void {
  if (relevant.some((count) => count > 0)) return
  throw new UserError(
    `None of the ${relevant.length} queries${name === '' ? '' : ` of test set ${name}`} has another image of its class to find. ` +
      'Check that classes and descriptors belong together.',
  )
}

/** How far down a list the metrics look: for ranks of its class (Infinity: all), and for who is found at all. */
function neighboursWanted(
  chosen: readonly ChosenMetric[],
  relevant: Int32Array,
  {names, k}: MetricsSpec,
): {forRanks: number; forLists: number} {
  const most = relevant.reduce((largest, count) => Math.max(largest, count), 1)
  return {
    forRanks: Math.max(...[...always, ...chosen].map(({depth}) => depth(most))),
    forLists: names.includes('never_retrieved_at_k') ? Math.max(...k) : 0,
  }
}

function asHits({offsets, ranks, relevant}: ClassRanks): HitList {
  return {offsets, ranks, relevant, depth: Number.POSITIVE_INFINITY}
}

function rowNumbers(count: number): Int32Array {
  return Int32Array.from({length: count}, (_, row) => row)
}

/** One bar for several passes over the same queries. */
function shareOf(onProgress: Progress, before: number, passes: number): Progress {
  return (done, total) => onProgress(Math.floor((before * total + done) / passes), total)
}
