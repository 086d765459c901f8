import assert from 'node:assert/strict'
import {describe, test} from 'node:test'
import {findActivityRule} from '../../../lib/cli/show/activity.ts'
import {gatherTuples, renderTuples} from '../../../lib/cli/show/tuples.ts'
import {plainPaint} from '../../../lib/cli/text/paint.ts'
import {objectiveParameters} from '../../../lib/objectives/parameters/objective.ts'

const triplet = (changes: object) => objectiveParameters.parse({loss: 'triplet', margin: 0.5, ...changes})

describe('which triplets are active', () => {
  test('follows from margin and distance of the triplet loss', () => {
    const euclidean = findActivityRule(triplet({distance: {name: 'euclidean'}}))!
    assert.equal(euclidean.words, 'margin 0.5 on Euclidean distances')
    assert.deepEqual([euclidean.isActive(0.5, 0.75), euclidean.isActive(0.5, 1)], [true, false])
    const squared = findActivityRule(triplet({distance: {name: 'squared'}}))!
    assert.deepEqual([squared.isActive(0.5, 0.75), squared.isActive(0.5, 1)], [0.25 - 0.5625 + 0.5 > 0, false])
    // Of unit vectors at distances 0.5 and 1.25, cosines are 0.875 and 0.21875.
    const similarity = findActivityRule(triplet({distance: {name: 'similarity'}}))!
    assert.deepEqual([similarity.isActive(0.5, 1), similarity.isActive(0.5, 1.25)], [true, false])
  })

  test('is not claimed where plans do not tell: smooth or swapped triplets, vectors of any length, other losses, none', () => {
    for (const objective of [
      triplet({smooth: true}),
      triplet({swap: true}),
      triplet({distance: {name: 'squared', normalise: false}}),
      objectiveParameters.parse({loss: 'supcon'}),
      undefined,
    ]) {
      assert.equal(findActivityRule(objective), undefined)
    }
  })

  test('is counted over all combinations of a positive and a negative of one anchor', () => {
    const rule = findActivityRule(triplet({margin: 0, distance: {name: 'euclidean'}}))!
    const tuples = gatherTuples(rule)
    const rows = [
      {step: 0, group: 0, role: 'anchor', distance: Number.NaN},
      {step: 0, group: 0, role: 'positive', distance: 0.5},
      {step: 0, group: 0, role: 'positive', distance: 1},
      {step: 0, group: 0, role: 'negative', distance: 0.75},
      {step: 0, group: 0, role: 'negative', distance: 1.5},
      {step: 1, group: 0, role: 'positive', distance: 0.5},
      {step: 1, group: 0, role: 'negative', distance: 0.25},
    ]
    for (const row of rows) tuples.visit((column) => row[column as keyof typeof row])
    const distances = tuples.distances()!
    assert.deepEqual([distances.triplets, distances.active], [5, 2])
    const lines = renderTuples(distances, rule, {width: 80, paint: plainPaint})
    assert.equal(lines.at(-1), '2 of 5 triplets active (40.0%) at margin 0 on Euclidean distances')
  })

  test('is nothing for a plan of classes', () => {
    const tuples = gatherTuples(undefined)
    tuples.visit((column) => ({step: 0, group: 0, role: 'member', distance: Number.NaN})[column]!)
    assert.equal(tuples.distances(), undefined)
  })
})
