import assert from 'node:assert/strict'
import {describe, test} from 'node:test'
import fc from 'fast-check'
import {chooseMetrics} from '../../../lib/metrics/choose.ts'
import {meanOf, measureQueries, openValues} from '../../../lib/metrics/measure.ts'
import {type MetricsSpec, metricsParameters} from '../../../lib/metrics/parameters.ts'
import {readQueries} from '../../../lib/tables/queries.ts'
import {hitsIn, type Set as Images, rankAll} from '../../metrics/naive.ts'
import {temporaryFolder} from '../../tables/fixtures.ts'
import {writeArrow, writeNpy} from './files.ts'
import {evaluate, makeImages, type Result} from './rig.ts'

const names = ['precision_at_1', 'recall_at_k', 'map_at_r', 'mean_average_precision', 'trapezoidal_map'] as const

function expectedMeans(queries: Images, references: Images, spec: MetricsSpec): Record<string, number> {
  const chosen = chooseMetrics(spec)
  const values = openValues(chosen, queries.id.length)
  measureQueries(chosen, hitsIn(rankAll(queries, references, {tie: 0}), queries, references), values)
  const label = Int32Array.from(queries.label)
  return Object.fromEntries([...values].map(([name, column]) => [name, meanOf(column, label).overQueries]))
}

function assertMeans(got: Result['metrics'], expected: Record<string, number>): void {
  for (const [name, value] of Object.entries(expected)) {
    const mean = got[name] ?? Number.NaN
    assert.ok(Object.is(mean, value) || Math.abs(mean - value) < 1e-9, `${name}: ${mean}, not ${value}`)
  }
}

describe('the stage evaluate on files that others made', () => {
  test('measures what the slow definition says: ties, copies, lone classes, one class, k above the gallery', async (t) => {
    const at = temporaryFolder(t)
    const cases = fc.record({
      count: fc.integer({min: 1, max: 60}),
      classes: fc.integer({min: 1, max: 20}),
      places: fc.constantFrom(3, 7, 1000),
      gallery: fc.option(fc.integer({min: 1, max: 40}), {nil: undefined}),
      // Lists of neighbours are enough for the first three; the others count over the whole ranking.
      wanted: fc.constantFrom(names.slice(0, 3), names),
      seed: fc.nat(),
    })
    await fc.assert(
      fc.asyncProperty(cases, async ({count, classes, places, gallery, wanted, seed}) => {
        const queries = makeImages(count, classes, places, 0, 'queries', seed)
        const references = gallery === undefined ? queries : makeImages(gallery, classes, places, 1000, 'gallery', seed)
        const spec = metricsParameters.parse({names: wanted, k: [1, 3, 50], bootstrap: null})
        const inputs = {
          descriptors: writeArrow(at('q.arrow'), {id: queries.id, label: queries.label, vector: queries.vectors}),
          ...(gallery === undefined
            ? {}
            : {
                gallery: writeArrow(at('g.arrow'), {
                  id: references.id,
                  label: references.label,
                  vector: references.vectors,
                }),
              }),
        }
        // Dividing by the length moves a last bit: both sides see the same numbers.
        const rounded = (images: Images) => ({
          ...images,
          vectors: images.vectors.map((row) => {
            const length = Math.sqrt(row.reduce((sum, value) => sum + value ** 2, 0))
            return row.map((value) => Math.fround(value / length))
          }),
        })
        const [q, g] = [rounded(queries), rounded(references)]
        const found = hitsIn(rankAll(q, gallery === undefined ? q : g, {tie: 0}), q, gallery === undefined ? q : g)
        if (found.relevant.every((count) => count === 0)) {
          await assert.rejects(evaluate(at, inputs, spec), /^UserError: None of the \d+ queries has another image/)
          return
        }
        const result = await evaluate(at, inputs, spec)
        assertMeans(result.metrics, expectedMeans(q, gallery === undefined ? q : g, spec))
        assert.equal(result.references, references.id.length)
      }),
      {numRuns: 60},
    )
  })

  test('reads .npy rows with .npy labels, and takes no gallery row for a query without ids', async (t) => {
    const at = temporaryFolder(t)
    const inputs = {
      descriptors: writeNpy(at('q.npy'), [
        [2, 0],
        [0, 5],
        [1, 1],
      ]),
      labels: writeNpy(at('ql.npy'), [7, 8, 9]),
      gallery: writeNpy(at('g.npy'), [
        [3, 0],
        [0, 0.1],
      ]),
      gallery_labels: writeNpy(at('gl.npy'), [7, 8]),
    }
    const result = await evaluate(at, inputs, {names: ['precision_at_1', 'recall_at_k'], k: [1]})
    assert.deepEqual(result.metrics, {precision_at_1: 1, recall_at_1: 1})
    assert.deepEqual([result.queries, result.lone, result.references, result.split], [2, 1, 2, null])
    const table = await readQueries(at('queries.arrow'))
    assert.deepEqual([...table.id], [0, 1, 2])
    assert.deepEqual([...table.nearest].slice(0, 2), [3, 4])
    assert.deepEqual(table.metricNames, ['precision_at_1', 'recall_at_1'])
    assert.deepEqual([...table.values], [1, 1, 1, 1, Number.NaN, Number.NaN])
  })

  test('leaves an image’s own vector in the gallery out: asymmetric search', async (t) => {
    const at = temporaryFolder(t)
    const images = {id: [1, 2, 3, 4], label: ['owl', 'owl', 'gull', 'gull']}
    const inputs = {
      descriptors: writeArrow(at('q.arrow'), {
        ...images,
        vector: [
          [1, 0],
          [1, 0.1],
          [0, 1],
          [0.1, 1],
        ],
      }),
      gallery: writeArrow(at('g.arrow'), {
        ...images,
        vector: [
          [1, 0],
          [0, 1],
          [0, 1],
          [1, 0],
        ],
      }),
    }
    const result = await evaluate(at, inputs, {names: ['precision_at_1'], convention: 'raml'})
    // 1 sees 4 where 2 should be; 2 sees 1; 3 sees 2 where 4 should be; 4 sees 2 and 3 alike, the smaller id first.
    assert.equal(result.metrics.precision_at_1, 1 / 4)
  })

  test('measures every set of a table of membership, and their mean', async (t) => {
    const at = temporaryFolder(t)
    const inputs = {
      descriptors: writeArrow(at('d.arrow'), {
        id: [1, 2, 3, 4],
        label: [0, 0, 1, 1],
        vector: [
          [1, 0],
          [1, 0.1],
          [0, 1],
          [1, 0.2],
        ],
      }),
      membership: writeArrow(at('m.arrow'), {
        set: ['small', 'small', 'large', 'large', 'large', 'large'],
        id: [1, 2, 3, 4, 1, 2],
        role: ['query', 'gallery', 'both', 'both', 'both', 'both'],
      }),
    }
    const result = await evaluate(at, inputs, {names: ['precision_at_1']})
    assert.deepEqual(
      result.sets.map(({name, queries, metrics}) => [name, queries, metrics.precision_at_1]),
      [
        ['small', 1, 1],
        ['large', 4, 2 / 4],
      ],
    )
    assert.equal(result.metrics.precision_at_1, 0.75)
    const table = await readQueries(at('queries.arrow'))
    assert.deepEqual(table.set, ['small', 'large', 'large', 'large', 'large'])
    assert.deepEqual([...table.id], [1, 1, 2, 3, 4])
  })

  test('says intervals, the convention and its rules; a list of ranks longer than memory gives the same numbers', async (t) => {
    const at = temporaryFolder(t)
    const images = makeImages(80, 9, 1000, 0, 'intervals')
    const inputs = {
      descriptors: writeArrow(at('d.arrow'), {id: images.id, label: images.label, vector: images.vectors}),
    }
    const result = await evaluate(at, inputs, {names: ['map_at_r'], convention: 'pml-0.9.88'})
    const {over_queries, interval_over_classes} = result.details.map_at_r!
    assert.ok(interval_over_classes[0]! < over_queries && over_queries < interval_over_classes[1]!)
    assert.equal(result.convention, 'pml-0.9.88')
    assert.deepEqual(await evaluate(at, inputs, {names: ['map_at_r'], convention: 'pml-0.9.88'}), result)
  })
})

test('the stage evaluate ends at the next block when it is asked to', async (t) => {
  const at = temporaryFolder(t)
  const images = makeImages(50, 5, 1000, 0, 'stop')
  const inputs = {descriptors: writeArrow(at('d.arrow'), {id: images.id, label: images.label, vector: images.vectors})}
  for (const names of [['map_at_r'], ['mean_average_precision']])
    await assert.rejects(evaluate(at, inputs, {names}, 'val', AbortSignal.abort()), {name: 'AbortError'})
})
