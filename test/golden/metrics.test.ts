import assert from 'node:assert/strict'
import {after, describe, test} from 'node:test'
import {classRanks} from '../../lib/engine/class-ranks.ts'
import {nearest} from '../../lib/engine/nearest.ts'
import {countOverlaps} from '../../lib/metrics/clustering/contingency.ts'
import {
  adjustedMutualInformation,
  normalisedMutualInformation,
} from '../../lib/metrics/clustering/mutual-information.ts'
import {countPairs, pairwiseF1} from '../../lib/metrics/clustering/pairwise-f1.ts'
import type {Averaging, ConventionName} from '../../lib/metrics/conventions.ts'
import {meanOf, measureQueries} from '../../lib/metrics/measure.ts'
import type {RetrievalName} from '../../lib/metrics/names.ts'
import {averagePrecisionByClassSize} from '../../lib/metrics/retrieval/average-precision.ts'
import {golden} from '../golden.ts'
import {hitsIn, rankAll} from '../metrics/naive.ts'
import {hitsFor, imagesOf, mean, measureAll, pmlNames, type Subject, subjectOf} from './metrics/subject.ts'
import {type Block, countFamilies, type Json, leftOut, same, sameColumn} from './metrics/tally.ts'

const file = golden('metrics.json') as {readonly [block: string]: Block}

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
    assert.deepEqual(leftOut(file), [], 'numbers of metrics.json that no test compared')
    console.log(countFamilies())
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
