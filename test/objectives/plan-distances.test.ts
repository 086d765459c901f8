import assert from 'node:assert/strict'
import {test} from 'node:test'
import {miningParameters} from '../../lib/objectives/parameters/mining.ts'
import {scheduleParameters} from '../../lib/objectives/parameters/schedule.ts'
import {planEpoch} from '../../lib/objectives/plan.ts'
import {distancesToAnchors} from '../../lib/objectives/plan-distances.ts'
import {ringNeighbours} from './samplers/fixtures.ts'

// Vectors on a circle, at 0, 90, 180 and 270 degrees.
const descriptors = {
  id: Int32Array.of(3, 5, 8, 9),
  label: Int32Array.of(0, 0, 1, 1),
  vectors: Float32Array.of(1, 0, 0, 1, -1, 0, 0, -1),
  dim: 2,
}

const plan = (mining: object) =>
  planEpoch({
    mining: miningParameters.parse(mining),
    schedule: scheduleParameters.parse({name: 'constant'}),
    learningRate: 1,
    images: descriptors,
    neighbours: ringNeighbours(descriptors, 2),
    seed: 0,
    epoch: 1,
  })

test('positives and negatives of a plan are as far from their anchor as the descriptors say', async () => {
  const table = await plan({sampler: 'distance-weighted', tuples_per_batch: 2})
  const distances = distancesToAnchors(table, descriptors)
  const angle = (image: number) => 90 * descriptors.id.indexOf(image)
  let anchor = 0
  for (const [row, role] of table.role.entries()) {
    if (role === 'anchor') anchor = table.image[row]!
    const turn = ((angle(table.image[row]!) - angle(anchor)) * Math.PI) / 180
    const expected = role === 'anchor' ? Number.NaN : Math.fround(Math.sqrt(2 - 2 * Math.cos(turn)))
    assert.ok(
      Object.is(distances[row], expected) || Math.abs(distances[row]! - expected) < 1e-6,
      `${role} ${distances[row]}`,
    )
  }
  assert.equal(distances.length, 4 * (1 + 1 + 2))
})

test('members of classes, and plans made without descriptors, have no distances', async () => {
  const classes = await plan({sampler: 'classes', classes_per_batch: 2, images_per_class: 2})
  assert.ok(distancesToAnchors(classes, descriptors).every(Number.isNaN))
  const random = await plan({sampler: 'random-triplets'})
  assert.ok(distancesToAnchors(random, undefined).every(Number.isNaN))
  assert.equal(distancesToAnchors(random, undefined).length, 12)
})
