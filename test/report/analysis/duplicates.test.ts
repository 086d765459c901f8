import assert from 'node:assert/strict'
import {test} from 'node:test'
import {findDuplicates} from '../../../lib/report/analysis/duplicates.ts'
import {someImages, someQueries} from '../../tables/fixtures.ts'

test('files with equal bytes are found in the whole data set, and near descriptors among the queries', () => {
  const images = someImages()
  const sha256 = images.sha256.with(7, images.sha256[0]!)
  const queries = {...someQueries(), nearestDistance: Float32Array.of(0.001, 0.001, 0.7)}
  assert.deepEqual(findDuplicates({...images, sha256}, queries), [
    {a: 0, b: 7, sameClass: false, sameBytes: true},
    {a: 0, b: 1, sameClass: true, distance: queries.nearestDistance[0], sameBytes: false},
  ])
})

test('a pair found both ways is told once, and that its files are equal stays known', () => {
  const images = someImages()
  const queries = {...someQueries(), nearestDistance: Float32Array.of(0, 0, 0.7)}
  const found = findDuplicates({...images, sha256: images.sha256.with(1, images.sha256[0]!)}, queries)
  assert.deepEqual(found, [{a: 0, b: 1, sameClass: true, distance: 0, sameBytes: true}])
})

test('without queries only files are compared', () => {
  assert.deepEqual(findDuplicates(someImages(), undefined), [])
})
