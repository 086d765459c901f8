import assert from 'node:assert/strict'
import {describe, test} from 'node:test'
import {openRandom} from '../../../lib/random.ts'
import {readQueries} from '../../../lib/tables/queries.ts'
import type {Set as Images} from '../../metrics/naive.ts'
import {temporaryFolder} from '../../tables/fixtures.ts'
import {writeArrow} from './files.ts'
import {evaluate} from './rig.ts'

describe('the stage evaluate prepares descriptors', () => {
  /** Two classes told apart by the second number, which a far larger first one drowns. */
  const drowned = (count: number, seed: number): Images => {
    const random = openRandom('drowned', seed)
    const rows = Array.from({length: count}, (_, row) => row)
    return {
      id: rows,
      label: rows.map((row) => row % 2),
      vectors: rows.map((row) => [3 * random.normal(), (row % 2) + 0.1 * random.normal(), 5]),
    }
  }

  test('by whitening learnt on training images: it finds what a large common spread hides', async (t) => {
    const at = temporaryFolder(t)
    const images = drowned(60, 0)
    const inputs = {
      descriptors: writeArrow(at('d.arrow'), {id: images.id, label: images.label, vector: images.vectors}),
      training: writeArrow(at('t.arrow'), {vector: drowned(80, 1).vectors}),
    }
    const measure = async (descriptors: object) =>
      (await evaluate(at, inputs, {names: ['map_at_r'], descriptors})).metrics.map_at_r!
    const raw = await measure({})
    const whitened = await measure({whitening: {kind: 'pca-whitening'}})
    assert.ok(whitened > raw + 0.1, `${whitened} after ${raw}`)
    // A rotation alone moves no distance before the division by lengths; one direction of three leaves two points on a line.
    assert.notEqual(await measure({whitening: {kind: 'pca', dim: 1}}), raw)
  })

  test('by query expansion: a query finds what its neighbours find', async (t) => {
    const at = temporaryFolder(t)
    // 1 is nearer to the stranger 4 than to 3 of its class; with 2 added, 3 is nearer.
    const turn = (degrees: number) => [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)]
    const inputs = {
      descriptors: writeArrow(at('d.arrow'), {
        id: [1, 2, 3, 4],
        label: [0, 0, 0, 1],
        vector: [turn(0), turn(20), turn(40), turn(-35)],
      }),
    }
    const first = async (expansion: object | null) => {
      await evaluate(at, inputs, {names: ['map_at_r'], descriptors: {expansion}})
      return (await readQueries(at('queries.arrow'))).mapAtR[0]
    }
    assert.equal(await first(null), 1 / 2)
    assert.equal(await first({neighbours: 1, alpha: 0}), 1)
  })

  test('by re-ranking: who is found by those it finds comes first, in a set and in a gallery', async (t) => {
    const at = temporaryFolder(t)
    const turn = (degrees: number) => [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)]
    // 1 is a little nearer to 4, whose own nearest are 5 and 6; 1, 2 and 3 find each other.
    const images = {
      id: [1, 2, 3, 4, 5, 6],
      label: [0, 0, 0, 1, 1, 1],
      vector: [turn(0), turn(12), turn(14), turn(-11), turn(-12), turn(-13)],
    }
    const rerank = {k1: 2, k2: 1, lambda: 0.1, candidates: 5}
    const firstValue = async (inputs: Record<string, string>, descriptors: object) => {
      await evaluate(at, inputs, {names: ['precision_at_1', 'mean_average_precision'], descriptors})
      const {values, precisionAt1} = await readQueries(at('queries.arrow'))
      assert.equal(precisionAt1[0], 0)
      return values[0]
    }
    const within = {descriptors: writeArrow(at('d.arrow'), images)}
    assert.equal(await firstValue(within, {}), 0)
    assert.equal(await firstValue(within, {rerank: {...rerank, lambda: 1}}), 0)
    assert.equal(await firstValue(within, {rerank}), 1)
    const gallery = {
      descriptors: writeArrow(at('q.arrow'), {id: [11], label: [0], vector: [turn(0)]}),
      gallery: writeArrow(at('g.arrow'), {
        id: images.id.slice(1),
        label: images.label.slice(1),
        vector: images.vector.slice(1),
      }),
    }
    assert.equal(await firstValue(gallery, {}), 0)
    assert.equal(await firstValue(gallery, {rerank}), 1)
  })

  test('and refuses whitening without training images, of too many directions, or from another model', async (t) => {
    const at = temporaryFolder(t)
    const images = drowned(10, 0)
    const descriptors = writeArrow(at('d.arrow'), {id: images.id, label: images.label, vector: images.vectors})
    const training = writeArrow(at('t.arrow'), {vector: images.vectors})
    const flat = writeArrow(at('f.arrow'), {vector: images.vectors.map(([a, b]) => [a!, b!])})
    const spec = (dim: number | null) => ({names: ['map_at_r'], descriptors: {whitening: {dim}}})
    await assert.rejects(
      evaluate(at, {descriptors}, spec(null)),
      /whitening is learnt from descriptors of training images/,
    )
    await assert.rejects(
      evaluate(at, {descriptors, training}, spec(4)),
      /whitening\.dim is 4; descriptors have 3 numbers/,
    )
    await assert.rejects(
      evaluate(at, {descriptors, training: flat}, spec(null)),
      /of 2 numbers, what is measured has 3/,
    )
  })
})
