import assert from 'node:assert/strict'
import {describe, test} from 'node:test'
import {nearest} from '../../lib/engine/nearest.ts'
import {type MetricName, measure, neighboursNeeded} from '../../lib/metrics/measure.ts'
import {golden} from '../golden.ts'

interface Case {
  readonly embeddings: number[][]
  readonly labels: number[]
  readonly lone_queries: number[]
  readonly pml?: {
    readonly metrics: Record<string, number>
    readonly per_query: Record<string, (number | null)[]>
    readonly 'library_2.8.1': Record<string, number>
  }
}

const {cases} = golden('metrics.json') as {cases: Record<string, Case>}
const goldenNames: Record<MetricName, {metric: string; perQuery: string}> = {
  precision_at_1: {metric: 'precision_at_1', perQuery: 'precision_at_1'},
  r_precision: {metric: 'r_precision', perQuery: 'r_precision'},
  map_at_r: {metric: 'mean_average_precision_at_r', perQuery: 'map_at_r'},
}

describe('retrieval metrics equal pytorch-metric-learning 2.8.1', () => {
  test('there are cases', () => {
    assert.ok(Object.values(cases).filter(({pml}) => pml !== undefined).length > 0)
  })

  for (const [name, {embeddings, labels, lone_queries, pml}] of Object.entries(cases)) {
    if (pml === undefined) continue
    test(`${name}: means, every query, and lone queries left out`, async () => {
      const measures = await measureRaw(embeddings, labels)
      assert.equal(measures.lone, lone_queries.length)
      assert.deepEqual([...measures.relevant], pml.per_query.relevant)
      for (const [ours, theirs] of Object.entries(goldenNames) as [MetricName, {metric: string; perQuery: string}][]) {
        assertClose(measures.mean[ours], pml.metrics[theirs.metric]!, `${ours} of ${name}`)
        assertClose(measures.mean[ours], pml['library_2.8.1'][theirs.metric]!, `${ours} of ${name} by the library`)
        measures.perQuery[ours].forEach((value, query) => {
          assertClose(value, pml.per_query[theirs.perQuery]![query] ?? Number.NaN, `${ours} of ${name}, query ${query}`)
        })
      }
    })
  }
})

async function measureRaw(embeddings: number[][], labels: number[]) {
  const id = Int32Array.from(labels.keys())
  const label = Int32Array.from(labels)
  const unit = embeddings.map((row) => row.map((value) => value / Math.hypot(...row)))
  const set = {id, label, vectors: Float32Array.from(unit.flat()), dim: embeddings[0]!.length}
  const k = neighboursNeeded(label)
  const {ids} = await nearest({queries: set, references: set, k, exclude: 'self'})
  return measure({id, label, neighbours: ids, k})
}

function assertClose(got: number, expected: number, what: string): void {
  assert.ok(Object.is(got, expected) || Math.abs(got - expected) <= 1e-9, `${what}: ${got}, not ${expected}`)
}
