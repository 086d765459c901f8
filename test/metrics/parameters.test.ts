import assert from 'node:assert/strict'
import {writeFileSync} from 'node:fs'
import {test} from 'node:test'
import {checkMetrics} from '../../lib/metrics/check.ts'
import {chooseMetrics} from '../../lib/metrics/choose.ts'
import {metricsParameters} from '../../lib/metrics/parameters.ts'
import {parseWith} from '../../lib/pipeline/complaint.ts'
import {temporaryFolder} from '../tables/fixtures.ts'

const complaints = (value: unknown) => {
  const parsed = parseWith(metricsParameters, value)
  return 'complaints' in parsed ? parsed.complaints.map(({path, text}) => `${path.join('.')}: ${text}`) : []
}

test('a list of names is enough; the rest has defaults', () => {
  assert.deepEqual(metricsParameters.parse({names: ['map_at_r']}), {
    names: ['map_at_r'],
    k: [1, 2, 4, 8],
    convention: 'exact',
    depth: null,
    averaging: null,
    descriptors: {whitening: null, expansion: null, rerank: null},
    kmeans: {start: 'random', iterations: 20, seed: 0},
    bootstrap: {resamples: 1000, level: 0.95, seed: 0},
  })
  assert.equal(metricsParameters.parse({names: ['nmi'], bootstrap: null}).bootstrap, null)
})

test('an unknown metric suggests the nearest one, and a k in a name where it belongs', () => {
  assert.deepEqual(complaints({names: ['map_at_r', 'precison_at_1', 'recall_at_4']}), [
    'names.1: names.1 must be a metric; did you mean precision_at_1?, got "precison_at_1" (docs/metrics.md has them all)',
    'names.2: names.2 must be a metric; write recall_at_k, and the k into metrics.k: [4], got "recall_at_4" (docs/metrics.md has them all)',
  ])
  assert.match(
    complaints({names: ['something entirely different']})[0]!,
    /must be a metric; there are precision_at_1, recall_at_k, /,
  )
  assert.match(complaints({names: ['nmi', 'nmi']})[0]!, /must not name a metric twice/)
  assert.match(complaints({names: [7]})[0]!, /must be a metric/)
  assert.match(complaints({names: []})[0]!, /must have at least 1 items/)
  assert.match(complaints({names: ['nmi'], convention: 'pml'})[0]!, /must be "exact" or "lab"/)
})

test('every k makes a metric of its own, in the order asked for', () => {
  const chosen = chooseMetrics({names: ['recall_at_k', 'nmi', 'map_at_r'], k: [1, 10], convention: 'exact'})
  assert.deepEqual(
    chosen.map(({name}) => name),
    ['recall_at_1', 'recall_at_10', 'map_at_r'],
  )
  assert.deepEqual(
    chosen.map(({depth}) => depth(7)),
    [1, 10, 7],
  )
})

test('numbers outside what a metric can be break the contract', async (t) => {
  const file = temporaryFolder(t)('metrics.json')
  const check = (metrics: Record<string, number | null>) => {
    writeFileSync(file, JSON.stringify({metrics}))
    return checkMetrics(file)
  }
  assert.deepEqual(await check({precision_at_1: 1, ami: -0.1, uniformity: -3, intra_over_inter: 7, recall_at_4: 0}), [])
  assert.deepEqual(await check({precision_at_1: 1.5, map_at_r: null, uniformity: 1, rho_spectrum: -1}), [
    'precision_at_1 is 1.5; it must be from 0 to 1 (null: no image has another of its class).',
    'map_at_r is null; it must be from 0 to 1 (null: no image has another of its class).',
    'uniformity is 1; it must be from -8 to 0 (null: no image has another of its class).',
    'rho_spectrum is -1; it must be 0 or more (null: no image has another of its class).',
  ])
})
