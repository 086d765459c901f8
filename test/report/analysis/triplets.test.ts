import assert from 'node:assert/strict'
import {test} from 'node:test'
import {hardestTriplets} from '../../../lib/report/analysis/triplets.ts'
import type {Mined} from '../../../lib/report/facts.ts'
import {someBatches, someNeighbours} from '../../tables/fixtures.ts'

// On a line: the distance of two images is the difference of their places.
const places = [0, 3, 1, 5]
const descriptors = {id: Int32Array.of(0, 1, 2, 3), dim: 1, vectors: Float32Array.from(places)}
const images = {id: Int32Array.of(0, 1, 2, 3), label: Int32Array.of(0, 0, 1, 1)}
const none: Mined['neighbours'] = {
  anchor: new Int32Array(),
  rank: new Int32Array(),
  neighbour: new Int32Array(),
  distance: new Float32Array(),
}

const unmeasured = {...someBatches(), distance: new Float32Array(6).fill(Number.NaN)}

test('planned triplets come with their distances, those with the nearest negative first', () => {
  const [first, second] = hardestTriplets({epoch: 1, batches: unmeasured, neighbours: none, descriptors}, images, 5)
  // Plan: anchor 0, positive 1, negative 2; anchor 3, positive 2, negative 1.
  assert.deepEqual(first, {step: 0, anchor: 0, positive: 1, negative: 2, positiveDistance: 3, negativeDistance: 1})
  assert.deepEqual(second, {step: 1, anchor: 3, positive: 2, negative: 1, positiveDistance: 4, negativeDistance: 2})
})

test('without descriptors the plan itself tells the distances that it was mined with', () => {
  const distance = Float32Array.of(Number.NaN, 0.75, 0.5, Number.NaN, 0.25, 0.5)
  const found = hardestTriplets({epoch: 1, batches: {...someBatches(), distance}, neighbours: none}, images, 5)
  assert.deepEqual(found, [
    {step: 0, anchor: 0, positive: 1, negative: 2, positiveDistance: 0.75, negativeDistance: 0.5},
    {step: 1, anchor: 3, positive: 2, negative: 1, positiveDistance: 0.25, negativeDistance: 0.5},
  ])
})

test('a plan without distances takes those of the negatives from the mined neighbours', () => {
  const found = hardestTriplets({epoch: 1, batches: unmeasured, neighbours: someNeighbours()}, images, 5)
  assert.deepEqual(found, [{step: 0, anchor: 0, positive: 1, negative: 2, negativeDistance: Math.fround(Math.SQRT2)}])
})

test('in a batch of classes the farthest of its class and the nearest of another stand for an image', () => {
  const two = {
    ...unmeasured,
    step: Int32Array.of(0, 0, 0, 0),
    slot: Int32Array.of(0, 1, 2, 3),
    group: Int32Array.of(0, 0, 1, 1),
    role: ['member', 'member', 'member', 'member'],
    image: Int32Array.of(0, 1, 2, 3),
  }
  const [hardest] = hardestTriplets({epoch: 1, batches: two, neighbours: none, descriptors}, images, 1)
  // Image 2, at place 1, has its mate 3 four away and the stranger 0 one away; no other is as hard.
  assert.deepEqual(hardest, {step: 0, anchor: 2, positive: 3, negative: 0, positiveDistance: 4, negativeDistance: 1})
})

test('the same two images the other way round are shown once', () => {
  const batches = {...unmeasured, image: Int32Array.of(0, 1, 2, 2, 3, 0)}
  const pairs = hardestTriplets({epoch: 1, batches, neighbours: none, descriptors}, images, 5)
  assert.equal(pairs.length, 1)
})

test('of several positives of a tuple the farthest makes its hardest triplet', () => {
  const batches = {
    ...unmeasured,
    role: ['anchor', 'positive', 'positive', 'negative', 'anchor', 'positive'],
    step: new Int32Array(6),
    group: Int32Array.of(0, 0, 0, 0, 1, 1),
    image: Int32Array.of(0, 2, 3, 1, 1, 2),
  }
  const [hardest] = hardestTriplets({epoch: 1, batches, neighbours: none, descriptors}, images, 5)
  assert.deepEqual(hardest, {step: 0, anchor: 0, positive: 3, negative: 1, positiveDistance: 5, negativeDistance: 3})
})

test('an image of the same class in another group of the batch is no negative', () => {
  const batches = {
    ...unmeasured,
    step: new Int32Array(6),
    group: Int32Array.of(0, 0, 1, 1, 2, 2),
    role: Array<string>(6).fill('member'),
    image: Int32Array.of(0, 2, 0, 2, 1, 3),
  }
  const alternating = {...images, label: Int32Array.of(0, 1, 0, 1)}
  const found = hardestTriplets({epoch: 1, batches, neighbours: none, descriptors}, alternating, 9)
  assert.ok(found.length > 0)
  for (const {anchor, positive, negative} of found) {
    const [own, near, far] = [anchor, positive, negative].map((image) => alternating.label[image])
    assert.deepEqual([near === own, far === own], [true, false], `${anchor} ${positive} ${negative}`)
  }
})
