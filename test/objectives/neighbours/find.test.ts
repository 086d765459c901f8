import assert from 'node:assert/strict'
import {describe, test} from 'node:test'
import type {DescriptorSet} from '../../../lib/engine/nearest/sets.ts'
import {nearest} from '../../../lib/engine/nearest.ts'
import {findNeighbours} from '../../../lib/objectives/neighbours/find.ts'
import {openRandom} from '../../../lib/random.ts'

/** Unit vectors round one centre a class. */
function clusteredSet(classes: number, perClass: number, dim: number) {
  const random = openRandom('clusters')
  const centres = Array.from({length: classes}, () => Array.from({length: dim}, () => random.normal()))
  const id = Int32Array.from({length: classes * perClass}, (_, row) => 5 + 2 * row)
  const label = id.map((_, row) => row % classes)
  const rows = Array.from(label, (own) => {
    const values = centres[own]!.map((value) => value + 0.7 * random.normal())
    return values.map((value) => value / Math.hypot(...values))
  })
  return {id, label, vectors: Float32Array.from(rows.flat()), dim}
}

const mining = (descriptors: DescriptorSet, seed: number) => ({
  descriptors,
  images: descriptors,
  epoch: 1,
  seed: [seed],
})

describe('the neighbours to mine among', () => {
  const set = clusteredSet(15, 20, 16)
  const labelOf = new Map(Array.from(set.id, (id, row) => [id, set.label[row]!]))

  for (const neighbours of ['exact', 'hnsw'] as const) {
    test(`found by ${neighbours} search are of other classes, by anchor and rank, nearest first`, async () => {
      const {rows} = await findNeighbours({pool: 6, neighbours}, mining(set, 0))
      assert.deepEqual(
        [...rows.anchor],
        [...set.id].flatMap((id) => Array(6).fill(id)),
      )
      rows.neighbour.forEach((neighbour, row) => {
        assert.equal(rows.rank[row], row % 6)
        assert.notEqual(labelOf.get(neighbour), labelOf.get(rows.anchor[row]!))
        if (row % 6 > 0) assert.ok(rows.distance[row]! >= rows.distance[row - 1]!)
      })
    })
  }

  test('of an exact search are the true ones', async () => {
    const {rows, recall} = await findNeighbours({pool: 6, neighbours: 'exact'}, mining(set, 0))
    const {ids, distances} = await nearest({queries: set, references: set, k: 6, exclude: 'same-class'})
    assert.deepEqual([rows.neighbour, rows.distance], [ids, distances])
    assert.equal(recall, 1)
  })

  test('of an approximate search come with their recall, which is high and repeats', async () => {
    const approximate = await findNeighbours({pool: 6, neighbours: 'hnsw'}, mining(set, 3))
    assert.ok(approximate.recall! > 0.95 && approximate.recall! <= 1, `${approximate.recall}`)
    assert.deepEqual(approximate, await findNeighbours({pool: 6, neighbours: 'hnsw'}, mining(set, 3)))
  })

  test('are as many as there are, when fewer than the pool', async () => {
    const small = clusteredSet(3, 2, 4)
    for (const neighbours of ['exact', 'hnsw'] as const) {
      const {rows} = await findNeighbours({pool: 30, neighbours}, mining(small, 0))
      assert.equal(rows.anchor.length, 6 * 4)
      assert.deepEqual([...rows.rank.subarray(0, 4)], [0, 1, 2, 3])
    }
  })
})
