import assert from 'node:assert/strict'
import {test} from 'node:test'
import {checkQueries, queriesDefinition} from '../../../lib/tables/queries.ts'
import {writeTable} from '../../../lib/tables/write.ts'
import {someQueries, temporaryFolder} from '../fixtures.ts'
import {check} from './check.ts'

test('steps: counts and ranges are checked; the gradient norm may be NaN where nothing was updated', async (t) => {
  const sentences = await check.steps(t, {
    step: Int32Array.of(0, 2),
    trainedImages: Int32Array.of(4, 0),
    activeFraction: Float64Array.of(1.5, 0),
    gradientNorm: Float64Array.of(Number.NaN, 0),
    lr: Float64Array.of(1e-5, -1),
  })
  assert.deepEqual(sentences, [
    'Step 0 trained 4 of 3 images.',
    'Step 0 has an active fraction of 1.5, not 0 to 1.',
    'Row 1 is step 2; steps count from 0 without gaps.',
    'Step 2 has lr -1; it must be finite and not negative.',
  ])
})

test('queries: metrics outside 0 to 1, and NaN other than for lone images, are found', async (t) => {
  const {relevant, mapAtR} = someQueries()
  assert.deepEqual(await check.queries(t, {mapAtR: mapAtR.with(0, 1.5).with(1, Number.NaN).with(2, 0)}), [
    'Query 0 has mapAtR 1.5; it must be from 0 to 1.',
    'Query 1 has mapAtR NaN; it must be from 0 to 1.',
    'Query 2 has mapAtR 0; it must be NaN, as it is alone in its class.',
  ])
  assert.deepEqual(await check.queries(t, {relevant: relevant.with(0, -1)}), ['Query 0 has -1 relevant images.'])
})

test('queries: first hits agree with precision at 1, and values are finite or left out', async (t) => {
  const {firstHit, values} = someQueries()
  assert.deepEqual(
    await check.queries(t, {firstHit: firstHit.with(0, 3).with(2, -1), values: values.with(3, Infinity)}),
    [
      'Query 0 has first hit 3 and precisionAt1 1.',
      'Query 2 has first hit -1 and precisionAt1 NaN.',
      'Query 1 has recall_at_4 Infinity.',
    ],
  )
})

test('queries: names of the values that are no list, or too few, make the table unreadable', async (t) => {
  const path = temporaryFolder(t)('queries.arrow')
  const {metricNames, ...columns} = someQueries()
  for (const [metrics, got] of [
    ['{', '{'],
    ['["map_at_r"]', '["map_at_r"]'],
  ] as const) {
    await writeTable(path, queriesDefinition, {columns, metadata: {metrics}, dim: metricNames.length})
    assert.deepEqual(await checkQueries(path), [
      `${path} is no readable table: its metadata metrics must be a JSON list of 2 names, got ${got}. Make it again, or give another file.`,
    ])
  }
})

test('queries: nearest images, their labels and precision at 1 agree', async (t) => {
  const {nearest, nearestLabel} = someQueries()
  assert.deepEqual(await check.queries(t, {nearest: nearest.with(2, 2), nearestLabel: nearestLabel.with(0, 1)}), [
    'Query 0 says that image 1 is of class 1, its own row says 0.',
    'Query 2 is its own nearest image.',
    'Query 2 says that image 2 is of class 0, its own row says 1.',
    'Query 0 has precisionAt1 1, but its nearest image makes it 0.',
  ])
})
