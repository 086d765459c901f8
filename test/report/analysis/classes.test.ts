import assert from 'node:assert/strict'
import {test} from 'node:test'
import {findConfusions, scoreClasses} from '../../../lib/report/analysis/classes.ts'
import type {QueryRows} from '../../../lib/report/facts.ts'

// Class 0: both images taken for class 1. Class 1: one of three taken for class 0. Class 2: alone.
const queries: QueryRows = {
  id: Int32Array.of(0, 1, 2, 3, 4, 5),
  label: Int32Array.of(0, 0, 1, 1, 1, 2),
  nearest: Int32Array.of(2, 3, 3, 2, 0, 0),
  nearestLabel: Int32Array.of(1, 1, 1, 1, 0, 0),
  nearestDistance: Float32Array.of(0.5, 0.25, 0.1, 0.1, 0.75, 0.01),
  relevant: Int32Array.of(1, 1, 2, 2, 2, 0),
  precisionAt1: Float32Array.of(0, 0, 1, 1, 0, Number.NaN),
  mapAtR: Float32Array.of(0, 0, 0.5, 1, 0, Number.NaN),
}

test('the worst class comes first, with the class it is taken for most often; a class of one image has no score', () => {
  assert.deepEqual(scoreClasses(queries), [
    {label: 0, images: 2, precisionAt1: 0, mapAtR: 0, takenFor: {label: 1, times: 2}},
    {label: 1, images: 3, precisionAt1: 2 / 3, mapAtR: 0.5, takenFor: {label: 0, times: 1}},
  ])
})

test('a pair of classes is one confusion, whichever is taken for the other, shown by its nearest pair of images', () => {
  assert.deepEqual(findConfusions(queries), [
    {a: 0, b: 1, times: 3, images: 5, example: {query: 1, nearest: 3, distance: 0.25}},
  ])
})
