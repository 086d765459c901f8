import assert from 'node:assert/strict'
import {mkdir, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {describe, type TestContext, test} from 'node:test'
import {type QueriesTable, writeQueries} from '../../../lib/tables/queries.ts'
import {nearmiss, temporaryFolder, toyProject} from '../rig.ts'

/** Eight queries of four classes, right where `right` says so. */
function queries(right: readonly number[], changes: Partial<QueriesTable> = {}): QueriesTable {
  const id = Int32Array.from(right.keys())
  const hits = Float32Array.from(right)
  return {
    set: right.map(() => ''),
    id,
    label: id.map((query) => query >> 1),
    nearest: id.map((query) => query ^ 1),
    nearestLabel: id.map((query) => (right[query] ? query >> 1 : 9)),
    nearestDistance: new Float32Array(right.length).fill(0.5),
    relevant: id.map(() => 1),
    precisionAt1: hits,
    rPrecision: hits,
    mapAtR: hits,
    firstHit: id.map((query) => (right[query] ? 1 : 2)),
    metricNames: ['precision_at_1'],
    values: hits,
    ...changes,
  }
}

async function measured(
  folder: string,
  name: string,
  table: QueriesTable,
  about: object = {convention: 'exact', split: 'val'},
): Promise<void> {
  await mkdir(join(folder, name))
  await writeQueries(join(folder, name, 'queries.arrow'), table)
  await writeFile(join(folder, name, 'metrics.json'), JSON.stringify(about))
}

const low = [0, 0, 1, 0, 0, 1, 0, 0]
const high = [1, 1, 1, 1, 1, 1, 0, 1]

describe('compare', () => {
  const project = async (t: TestContext) => {
    const folder = await toyProject(t)
    await measured(folder, 'low', queries(low))
    await measured(folder, 'high', queries(high))
    return folder
  }

  test('compares every test set by itself, for one image may ask in several', async (t) => {
    const folder = await toyProject(t)
    const twice = (small: readonly number[], large: readonly number[]) => {
      const [a, b] = [queries(small), queries(large)]
      const joined = Object.entries(a).map(([name, column]) => {
        const other = b[name as keyof QueriesTable]
        if (name === 'metricNames' || name === 'set') return [name, column]
        return [
          name,
          column instanceof Int32Array
            ? Int32Array.of(...column, ...(other as Int32Array))
            : Float32Array.of(...(column as Float32Array), ...(other as Float32Array)),
        ]
      })
      const set = [...small.map(() => 'small'), ...large.map(() => 'large')]
      return {...(Object.fromEntries(joined) as QueriesTable), set}
    }
    await measured(folder, 'one', twice(low, low))
    await measured(folder, 'two', twice(high, low))
    const {code, stdout, stderr} = await nearmiss(folder, 'compare', 'one', 'two', '--json')
    assert.equal(code, 0, stderr)
    const {runs} = JSON.parse(stdout) as {runs: {means: Record<string, {mean: number}>}[]}
    const means = runs.map(({means}) => Object.entries(means).map(([name, {mean}]) => [name, mean]))
    assert.deepEqual(means, [
      [
        ['small precision_at_1', 0.25],
        ['large precision_at_1', 0.25],
      ],
      [
        ['small precision_at_1', 0.875],
        ['large precision_at_1', 0.25],
      ],
    ])
  })

  test('shows means with intervals, and the paired difference with what could have been seen', async (t) => {
    const {code, stdout, stderr} = await nearmiss(await project(t), 'compare', 'low', 'high')
    assert.equal(code, 0, stderr)
    const lines = stdout.split('\n')
    assert.equal(lines[0], 'split val, convention exact, 8 queries of 4 classes')
    assert.match(stdout, /^low {3}0\.2500 \[0\.0000, 0\.5000\] {2,}measured by hand$/m)
    assert.match(stdout, /^high {2}0\.8750 \[0\.6250, 1\.0000\] {2,}measured by hand$/m)
    assert.match(stdout, /^high less low +difference +95 % +p +visible from$/m)
    // sums of classes 2, 1, 1, 1: 2 of 16 flips
    assert.match(stdout, /^precision@1 +\+0\.6250 +\[\+0\.5000, \+0\.8750\] +0\.125 +0\.\d{4} +no difference seen$/m)
    assert.doesNotMatch(stdout, /flatters/)
  })

  test('gives the same as JSON', async (t) => {
    const {stdout} = await nearmiss(await project(t), 'compare', 'low', 'high', 'low', '--json')
    const {metrics, runs} = JSON.parse(stdout) as {
      metrics: string[]
      runs: {name: string; less?: string; differences?: {precision_at_1: {difference: number; p: number}}}[]
    }
    assert.deepEqual(metrics, ['precision_at_1'])
    assert.deepEqual(
      runs.map(({name, less, differences}) => [
        name,
        less,
        differences?.precision_at_1.difference,
        differences?.precision_at_1.p,
      ]),
      [
        ['low', undefined, undefined, undefined],
        ['high', 'low', 0.625, 0.125],
        ['low', 'low', 0, 1],
      ],
    )
  })

  test('refuses what was measured on other queries, classes, splits, conventions or metrics, naming each', async (t) => {
    const folder = await project(t)
    const seven = queries(low.slice(0, 7), {id: Int32Array.of(0, 1, 2, 3, 4, 5, 17)})
    seven.label[0] = 3
    await measured(folder, 'other', {...seven, metricNames: ['map_at_r']}, {convention: 'roth', split: 'test'})
    const {code, stderr} = await nearmiss(folder, 'compare', 'low', 'other')
    assert.equal(code, 2)
    for (const sentence of [
      'low and other are of split val and test',
      'low and other are in the conventions exact and roth',
      'low and other have no metric in common',
      'other lacks 2 queries (6, 7) of low',
      'low lacks 1 query (17) of other',
      'low and other have other classes for 1 query (0)',
    ])
      assert.ok(stderr.replace(/\s+/g, ' ').includes(sentence), `${sentence}\n${stderr}`)
  })

  test('wants two, and says what it does not find', async (t) => {
    const folder = await project(t)
    const one = await nearmiss(folder, 'compare', 'low')
    assert.equal(one.code, 2)
    assert.match(one.stderr, /Name two runs or more: npx nearmiss compare demo margin@5/)
    const nobody = await nearmiss(await temporaryFolder(t), 'compare', 'low', 'high')
    assert.notEqual(nobody.code, 0)
    const unknown = await nearmiss(folder, 'compare', 'low', 'nowhere@3')
    assert.equal(unknown.code, 2)
    assert.match(unknown.stderr, /There is no run yet/)
  })
})
