import assert from 'node:assert/strict'
import {test} from 'node:test'
import {mapToPlane} from '../../../lib/report/analysis/map.ts'
import {describedImages} from '../fixtures.ts'

const labels = Array.from({length: 60}, (_, row) => row % 2)

test('two far classes stay apart on the map, and the same descriptors give the same map', () => {
  const set = describedImages(labels, 0.05)
  const map = mapToPlane(set, 1000)!
  assert.deepEqual(map, mapToPlane(set, 1000))
  const distance = (a: number, b: number) => Math.hypot(map.x[a]! - map.x[b]!, map.y[a]! - map.y[b]!)
  for (const row of labels.keys()) {
    const others = [...labels.keys()].filter((other) => other !== row)
    const nearest = others.reduce((best, other) => (distance(row, other) < distance(row, best) ? other : best))
    assert.equal(labels[nearest], labels[row], `the nearest point of ${row} is ${nearest}`)
  }
})

test('a large set is sampled, in order of ids; a very small one has no map', () => {
  const sampled = mapToPlane(describedImages(labels), 30)!
  assert.equal(sampled.id.length, 30)
  assert.equal(sampled.imageCount, 60)
  assert.deepEqual(
    [...sampled.id],
    [...sampled.id].sort((a, b) => a - b),
  )
  assert.equal(mapToPlane(describedImages(labels.slice(0, 19)), 1000), undefined)
})
