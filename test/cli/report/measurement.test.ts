import assert from 'node:assert/strict'
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {type TestContext, test} from 'node:test'
import {readMeasurement} from '../../../lib/cli/report/measurement.ts'

function read(context: TestContext, content: unknown) {
  const folder = mkdtempSync(join(tmpdir(), 'nearmiss-measurement-'))
  context.after(() => rmSync(folder, {recursive: true}))
  writeFileSync(join(folder, 'metrics.json'), JSON.stringify(content))
  return readMeasurement(join(folder, 'metrics.json'))
}

test('numbers come with the interval over classes, the wider one, else with that over queries', (context) => {
  const details = {
    precision_at_1: {interval_over_queries: [0.4, 0.6], interval_over_classes: [0.3, 0.7]},
    map_at_r: {interval_over_queries: [0.1, 0.3]},
  }
  const metrics = {precision_at_1: 0.5, map_at_r: 0.2, nmi: 0.9, f1: null}
  const measured = read(context, {metrics, details, bootstrap: {resamples: 1000, level: 0.95, seed: 0}})
  assert.deepEqual(measured?.metrics, {
    precision_at_1: {value: 0.5, interval: {low: 0.3, high: 0.7}},
    map_at_r: {value: 0.2, interval: {low: 0.1, high: 0.3}},
    nmi: {value: 0.9},
  })
  assert.match(measured?.intervals ?? '', /^In brackets: 95 % of 1,000 bootstrap resamples, drawing whole classes/)
})

test('how it was measured is told in words, whatever a later version adds', (context) => {
  const rest = {split: 'val', k: [1, 2], protocol: {modulo: 4, test: '3'}, depth: null, later_thing: {}, deep: {a: {}}}
  assert.deepEqual(read(context, {metrics: {}, ...rest})?.description, [
    ['split', 'val'],
    ['k', '1, 2'],
    ['protocol', 'modulo 4, test 3'],
    ['later thing', 'none'],
    ['deep', 'a none'],
  ])
})

test('a file of older versions has numbers only, and one that is none has nothing', (context) => {
  assert.deepEqual(read(context, {metrics: {precision_at_1: 0.5}}), {
    metrics: {precision_at_1: {value: 0.5}},
    sets: [],
    hasGallery: false,
    description: [],
  })
  assert.equal(read(context, {numbers: []}), undefined)
  assert.equal(readMeasurement(undefined), undefined)
})

test('test sets that have names come with their own numbers, and whether they look among a gallery', (context) => {
  const details = {precision_at_1: {interval_over_classes: [0.3, 0.7]}}
  const one = {metrics: {precision_at_1: 0.5}, details, queries: 40, gallery: 'every image queries all others'}
  const gallery = 'queries look among the images of a gallery'
  const several = read(context, {
    metrics: {precision_at_1: 0.6},
    sets: [
      {name: 'small', ...one},
      {name: 'large', metrics: {precision_at_1: 0.7}, queries: 80, gallery},
    ],
  })!
  assert.deepEqual(several.sets, [
    {name: 'small', queries: 40, metrics: {precision_at_1: {value: 0.5, interval: {low: 0.3, high: 0.7}}}},
    {name: 'large', queries: 80, metrics: {precision_at_1: {value: 0.7}}},
  ])
  assert.deepEqual([several.hasGallery, several.description], [true, []])
  const single = read(context, {set: 'small', ...one})!
  assert.deepEqual([single.sets[0]?.name, single.hasGallery], ['small', false])
})
