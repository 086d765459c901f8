import assert from 'node:assert/strict'
import {after, describe, test} from 'node:test'
import {classRanks} from '../../lib/engine/class-ranks.ts'
import {nearest} from '../../lib/engine/nearest.ts'
import {chooseMetrics} from '../../lib/metrics/choose.ts'
import {countOverlaps} from '../../lib/metrics/clustering/contingency.ts'
import {
  adjustedMutualInformation,
  normalisedMutualInformation,
} from '../../lib/metrics/clustering/mutual-information.ts'
import {countPairs, pairwiseF1} from '../../lib/metrics/clustering/pairwise-f1.ts'
import {type Averaging, type ConventionName, conventions} from '../../lib/metrics/conventions.ts'
import {countEarlierDuplicates, dropFirstColumn} from '../../lib/metrics/first-column.ts'
import type {HitList} from '../../lib/metrics/hits.ts'
import {meanOf, measureQueries, openValues} from '../../lib/metrics/measure.ts'
import type {RetrievalName} from '../../lib/metrics/names.ts'
import {averagePrecisionByClassSize} from '../../lib/metrics/retrieval/average-precision.ts'
import {golden} from '../golden.ts'
import {hitsIn, type Set as Images, rankAll, unit} from '../metrics/naive.ts'

type Json = number | string | null | readonly Json[] | {readonly [key: string]: Json}
type Block = {readonly [key: string]: Json}

const file = golden('metrics.json') as {readonly [block: string]: Block}
const tolerance = 1e-6

/** How many values of each family were compared; whatever nobody compares fails at the end. */
const families = new Map<string, number>()
const compared = new Set<string>()

/** A set of queries, what they are looked for among, and where they find their class. */
interface Subject {
  readonly queries: Images
  readonly references: Images
  readonly hits: HitList
}

describe('metrics equal those of the papers’ code', () => {
  for (const [name, block] of Object.entries(file.cases ?? {})) {
    test(`${name}: every block in its convention`, () => checkCase(`cases.${name}`, block as Block))
    test(`${name}: the engine ranks as the definition does`, () => checkEngine(`cases.${name}`, block as Block))
  }
  if (file.query_gallery !== undefined)
    test('queries against a gallery', () => checkQueryGallery('query_gallery', file.query_gallery!))
  if (file.asymmetric !== undefined)
    test('queries and gallery described by different models', () => checkAsymmetric('asymmetric', file.asymmetric!))

  after(() => {
    const left = leaves(file as Json, []).filter((path) => !compared.has(path))
    assert.deepEqual(left, [], 'numbers of metrics.json that no test compared')
    assert.ok(compared.size > 0)
    console.log([...families].map(([family, count]) => `${family} ${count}`).join(', '))
  })
})

function checkCase(path: string, block: Block): void {
  const images = imagesOf(block.embeddings!, block.labels!)
  const subject = subjectOf(images, images)
  const {pml, recall_at_k, raml, rev, oml, clustering, other_order} = block as Record<string, Block | undefined>
  checkRankings(path, block, subject)
  if (pml !== undefined) checkPml(`${path}.pml`, pml, subject)
  if (recall_at_k !== undefined) {
    checkAtK(`${path}.recall_at_k.self_by_id`, recall_at_k.self_by_id!, 'recall_at_k', 'oml', subject)
    checkAtK(
      `${path}.recall_at_k.dmlb_drop_first_column`,
      recall_at_k.dmlb_drop_first_column!,
      'recall_at_k',
      'roth',
      subject,
    )
  }
  if (raml !== undefined) checkRaml(`${path}.raml`, raml, subject)
  if (rev !== undefined) checkRev(`${path}.rev`, rev, subject)
  if (oml !== undefined) checkOml(`${path}.oml`, oml, subject)
  if (clustering !== undefined) checkClustering(`${path}.clustering`, clustering, block)
  if (other_order !== undefined) checkOtherOrder(`${path}.other_order`, other_order, subject)
}

function checkRankings(path: string, block: Block, {queries, references, hits}: Subject): void {
  const all = rankAll(queries, references)
  for (const key of ['ranking_self_by_id', 'top10_self_by_id', 'ranking'] as const) {
    const expected = block[key] as number[][] | undefined
    expected?.forEach((row, query) => {
      row.forEach((id, rank) => {
        same(`${path}.${key}.${query}.${rank}`, all[query]![rank]!, id, 'rankings')
      })
    })
  }
  const lone = Array.from(hits.relevant.keys()).filter((query) => hits.relevant[query] === 0)
  for (const key of ['lone_queries', 'queries_without_relevant'] as const) {
    const expected = block[key] as number[] | undefined
    if (expected !== undefined) assert.equal(expected.length, lone.length)
    expected?.forEach((query, i) => {
      same(`${path}.${key}.${i}`, lone[i]!, query, 'lone queries')
    })
  }
}

const pmlNames: Readonly<Record<string, RetrievalName>> = {
  precision_at_1: 'precision_at_1',
  r_precision: 'r_precision',
  mean_average_precision_at_r: 'map_at_r',
  map_at_r: 'map_at_r',
  mean_average_precision: 'mean_average_precision',
  mean_reciprocal_rank: 'mean_reciprocal_rank',
  reciprocal_rank: 'mean_reciprocal_rank',
}

function checkPml(path: string, block: Block, subject: Subject): void {
  for (const [key, values] of Object.entries(block)) {
    if (typeof values !== 'object' || values === null || key === 'per_query') continue
    const [, version = '2.8.1'] = /^library_(0\.9\.88|2\.8\.1)/.exec(key) ?? []
    const convention = (key === 'drop_first_column' ? 'pml-0.9.88' : `pml-${version}`) as ConventionName
    const [, k] = /_k(\d+)$/.exec(key) ?? []
    const measured = measureAll(subject, convention, [1], k === undefined ? Infinity : Number(k))
    for (const [metric, expected] of Object.entries(values as Block)) {
      const values = measured.get(pmlNames[metric] ?? metric)
      assert.ok(values, `${path}.${key}.${metric} is a metric we know`)
      const mean = meanOf(values, Int32Array.from(subject.queries.label))
      same(
        `${path}.${key}.${metric}`,
        key.includes('avg_of_avgs') ? mean.overClasses : mean.overQueries,
        expected as number,
        convention,
      )
    }
  }
  const perQuery = (block.per_query ?? {}) as Readonly<Record<string, (number | null)[]>>
  const measured = measureAll(subject, 'pml-2.8.1', [1])
  for (const [metric, expected] of Object.entries(perQuery)) {
    const firstHits = subject.hits.relevant.map((_, query) => subject.hits.ranks[subject.hits.offsets[query]!] ?? 0)
    const found: ArrayLike<number> | undefined =
      metric === 'relevant'
        ? subject.hits.relevant
        : metric === 'first_hit_rank'
          ? Float64Array.from(firstHits, (rank, query) => (subject.hits.relevant[query] === 0 ? Number.NaN : rank))
          : measured.get(pmlNames[metric] ?? metric)
    sameColumn(`${path}.per_query.${metric}`, found, expected, 'pml-2.8.1 per query')
  }
}

function checkRaml(path: string, block: Block, subject: Subject): void {
  same(`${path}.mAP`, mean('trapezoidal_map', 'raml', subject), block.mAP as number, 'raml')
  checkAtK(`${path}.mP@k`, block['mP@k'], 'precision_at_k', 'raml', subject)
  checkAtK(`${path}.mAP@k`, block['mAP@k'], 'map_at_k', 'raml', subject)
  checkAtK(`${path}.R@k`, block['R@k'], 'recall_at_k', 'raml', subject)
  for (const [key, expected] of Object.entries(
    (block.per_query ?? {}) as Readonly<Record<string, (number | null)[]>>,
  )) {
    const [metric = '', k = '1'] = key.split('@')
    const names: Readonly<Record<string, string>> = {
      AP: 'trapezoidal_map',
      mP: `precision_at_${k}`,
      mAP: `map_at_${k}`,
      R: `recall_at_${k}`,
    }
    const found = measureAll(subject, 'raml', [Number(k)]).get(names[metric] ?? '')
    sameColumn(`${path}.per_query.${key}`, found, expected, 'raml per query')
  }
}

function checkRev(path: string, block: Block, subject: Subject): void {
  for (const [key, expected] of Object.entries(block)) {
    if (typeof expected !== 'number') continue
    const [, cut = ''] = /^mAP_(\w+)$/.exec(key) ?? []
    same(
      `${path}.${key}`,
      /^\d+$/.test(cut) && cut !== '1000'
        ? revAt(Number(cut), subject)
        : mean(`map_${cut}` as RetrievalName, 'rev', subject),
      expected,
      'rev',
    )
  }
}

function revAt(places: number, subject: Subject): number {
  const values = new Map([['one', new Float64Array(subject.hits.relevant.length)]])
  const measure = averagePrecisionByClassSize(() => places)
  measureQueries([{name: 'one', measure, countsMissed: true, depth: () => places}], hitsFor('rev', subject), values)
  return meanOf(values.get('one')!, Int32Array.from(subject.queries.label)).overQueries
}

function checkOml(path: string, block: Block, subject: Subject): void {
  checkAtK(`${path}.map@k`, block['map@k'], 'map_at_k', 'oml', subject)
  checkAtK(`${path}.cmc@k`, block['cmc@k'], 'cmc_at_k', 'oml', subject)
  const precision = 'precision@k_queries_with_relevant_only'
  checkAtK(`${path}.${precision}`, block[precision], 'precision_at_k', 'oml', subject)
}

function checkClustering(path: string, clustering: Block, block: Block): void {
  const overlap = countOverlaps(
    Int32Array.from(block.labels as number[]),
    Int32Array.from(block.cluster_labels as number[]),
  )
  const pairs = countPairs(overlap)
  const named = {true_positive: pairs.truePositive, same_class: pairs.sameClass, same_cluster: pairs.sameCluster}
  for (const [key, expected] of Object.entries(clustering)) {
    const [metric, averaging] = key.split('_') as [string, Averaging]
    if (metric === 'NMI')
      same(`${path}.${key}`, normalisedMutualInformation(overlap, averaging), expected as number, 'clustering')
    if (metric === 'AMI')
      same(`${path}.${key}`, adjustedMutualInformation(overlap, averaging), expected as number, 'clustering')
    if (metric === 'F1') same(`${path}.${key}`, pairwiseF1(pairs), expected as number, 'clustering')
    if (metric === 'pairs')
      for (const [name, count] of Object.entries(expected as Record<string, number>))
        same(`${path}.pairs.${name}`, named[name as keyof typeof named], count, 'clustering')
  }
}

/** The same case with the one exact tie the other way round. */
function checkOtherOrder(path: string, block: Block, {queries, references}: Subject): void {
  const all = rankAll(queries, references)
  for (const [key, ranking] of Object.entries(block)) {
    const [, query] = /^query(\d+)_ranking$/.exec(key) ?? []
    if (query === undefined) continue
    assert.deepEqual([...(ranking as number[])].sort(), [...all[Number(query)]!].sort())
    all[Number(query)] = ranking as number[]
    for (const [rank, id] of (ranking as number[]).entries()) same(`${path}.${key}.${rank}`, id, id, 'rankings')
  }
  const subject = {queries, references, hits: hitsIn(all, queries, references)}
  const {raml, rev, oml, mean_average_precision} = block
  same(
    `${path}.mean_average_precision`,
    mean('mean_average_precision', 'pml-2.8.1', subject),
    mean_average_precision as number,
    'pml-2.8.1',
  )
  checkRaml(`${path}.raml`, raml as Block, subject)
  checkRev(`${path}.rev`, rev as Block, subject)
  checkOml(`${path}.oml`, oml as Block, subject)
}

function checkQueryGallery(path: string, block: Block): void {
  const queries = imagesOf(block.queries!, block.query_labels!)
  // Numbered on from the queries: nothing of a gallery is a query again.
  const gallery = imagesOf(block.gallery!, block.gallery_labels!, queries.id.length)
  const subject = subjectOf(queries, gallery)
  const rows = (block.ranking as number[][]).map((row) => row.map((id) => id + queries.id.length))
  rankAll(queries, gallery).forEach((row, query) => {
    row.forEach((id, rank) => {
      if (rows[query]![rank] !== undefined)
        same(`${path}.ranking.${query}.${rank}`, id, rows[query]![rank]!, 'rankings')
    })
  })
  checkRankings(path, {queries_without_relevant: block.queries_without_relevant!}, subject)
  checkPml(`${path}.pml`, block.pml as Block, subject)
  checkAtK(`${path}.recall_at_k`, block.recall_at_k, 'recall_at_k', 'roth', subject)
  checkRaml(`${path}.raml`, block.raml as Block, subject)
  checkOml(`${path}.oml`, block.oml as Block, subject)
}

function checkAsymmetric(path: string, block: Block): void {
  const queries = imagesOf(block.queries!, block.labels!)
  const database = imagesOf(block.database!, block.labels!)
  checkRaml(`${path}.asymmetric`, block.asymmetric as Block, subjectOf(queries, database))
  checkRaml(`${path}.symmetric`, block.symmetric as Block, subjectOf(queries, queries))
}

/** Both searches on what a run has: float32 vectors. Rankings with a gap that float32 cannot see are left to the definition. */
async function checkEngine(path: string, block: Block): Promise<void> {
  const images = imagesOf(block.embeddings!, block.labels!)
  const set = {
    id: Int32Array.from(images.id),
    label: Int32Array.from(images.label),
    vectors: Float32Array.from(images.vectors.flat()),
    dim: images.vectors[0]!.length,
  }
  const rounded = Array.from(images.id, (row) => [...set.vectors.subarray(row * set.dim, (row + 1) * set.dim)])
  const expected = rankAll({...images, vectors: rounded}, {...images, vectors: rounded}, {tie: 0})
  const k = set.id.length - 1
  const {ids} = await nearest({queries: set, references: set, k, exclude: 'self'})
  assert.deepEqual(
    Array.from(set.id, (row) => [...ids.subarray(row * k, (row + 1) * k)]),
    expected,
    `${path}: neighbours`,
  )
  for await (const {rows, offsets, ranks} of classRanks({queries: set, references: set})) {
    for (const [query, row] of rows.entries()) {
      const hits = expected[row]!.flatMap((id, i) => (images.label[id] === images.label[row] ? [i + 1] : []))
      assert.deepEqual([...ranks.subarray(offsets[query], offsets[query + 1])], hits, `${path}: ranks of query ${row}`)
    }
  }
}

function checkAtK(
  path: string,
  expected: Json | undefined,
  metric: RetrievalName,
  convention: ConventionName,
  subject: Subject,
): void {
  for (const [k, value] of Object.entries((expected ?? {}) as Record<string, number | string>)) {
    if (k === 'note') continue
    same(`${path}.${k}`, mean(metric, convention, subject, Number(k)), value as number, convention)
  }
}

function mean(metric: RetrievalName, convention: ConventionName, subject: Subject, k = 1): number {
  const values = measureAll(subject, convention, [k]).get(metric.replace(/_at_k$/, `_at_${k}`))!
  return meanOf(values, Int32Array.from(subject.queries.label)).overQueries
}

const everyName = [
  ...new Set([
    ...Object.values(pmlNames),
    'recall_at_k',
    'cmc_at_k',
    'precision_at_k',
    'map_at_k',
    'trapezoidal_map',
    'map_c',
    'map_lim',
    'map_1000',
  ] as const),
]

function measureAll(subject: Subject, convention: ConventionName, k: number[], depth = Infinity) {
  const chosen = chooseMetrics({names: everyName, k, convention})
  const values = openValues(chosen, subject.hits.relevant.length)
  const hits = hitsFor(convention, subject)
  measureQueries(chosen, {...hits, depth: Math.min(depth, conventions[convention].depth ?? Infinity)}, values)
  return values
}

function hitsFor(convention: ConventionName, {queries, references, hits}: Subject): HitList {
  if (conventions[convention].self === 'by-id' || queries !== references) return hits
  const dim = queries.vectors[0]!.length
  return dropFirstColumn(hits, countEarlierDuplicates({vectors: Float32Array.from(queries.vectors.flat()), dim}))
}

function subjectOf(queries: Images, references: Images): Subject {
  return {queries, references, hits: hitsIn(rankAll(queries, references), queries, references)}
}

function imagesOf(embeddings: Json, labels: Json, firstId = 0): Images {
  const label = labels as number[]
  return {id: label.map((_, row) => firstId + row), label, vectors: unit(embeddings as number[][])}
}

function same(path: string, got: number, expected: number, family: string): void {
  assert.ok(Math.abs(got - expected) <= tolerance, `${path}: ${got}, not ${expected}`)
  compared.add(path)
  families.set(family, (families.get(family) ?? 0) + 1)
}

function sameColumn(
  path: string,
  got: ArrayLike<number> | undefined,
  expected: (number | null)[],
  family: string,
): void {
  assert.ok(got, `${path} is a metric we know`)
  assert.equal(got.length, expected.length, path)
  expected.forEach((value, query) => {
    if (value === null) assert.ok(Number.isNaN(got[query]), `${path}.${query}: ${got[query]}, not left out`)
    else same(`${path}.${query}`, got[query]!, value, family)
  })
}

/** What goes in, and what describes it. */
const inputs =
  /\.(N|dim|embeddings|labels|cluster_labels|query_labels|gallery_labels|queries|gallery|database|angles_degrees|duplicate_pair|smallest_distance_gap_in_a_row)(\.|$)/

/** Paths of all numbers that are results. */
function leaves(value: Json, path: string[]): string[] {
  const here = path.join('.')
  if (typeof value === 'number') return inputs.test(`.${here}`) ? [] : [here]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner as Json, [...path, key]))
}
