import assert from 'node:assert/strict'
import {test} from 'node:test'
import {check} from './check.ts'

test('descriptors: lengths other than 1, numbers that are not finite, and ids of another split are found', async (t) => {
  assert.deepEqual(await check.descriptors(t, {vectors: Float32Array.of(1, 0, 0.5, 0, Number.NaN, 1, 0, 0)}), [
    'The vector of image 1 has length 0.5; it must be 1 within 0.001.',
    'The vector of image 3 has length 0; it must be 1 within 0.001.',
    'The vector of image 2 holds numbers that are not finite.',
  ])
  assert.deepEqual(await check.descriptors(t, {id: Int32Array.of(0, 1, 2, 5)}), [
    'Image 3 of split train has no descriptor.',
    'Image 5 has a descriptor but is not in split train.',
  ])
  assert.deepEqual(await check.descriptors(t, {id: Int32Array.of(1, 0, 2, 3)}), [
    'Row 1 has id 0 after 1; ids start at 0 or above, ascend and do not repeat.',
  ])
})

test('descriptors: a length within 0.001 of 1 passes', async (t) => {
  assert.deepEqual(await check.descriptors(t, {vectors: Float32Array.of(1.0009, 0, 0, 0.9991, 0, 1, 1, 0)}), [])
})

test('neighbours: images of one class, outside train, and unknown are found', async (t) => {
  assert.deepEqual(await check.neighbours(t, {neighbour: Int32Array.of(1, 3, 4, 99)}), [
    'Row 0: anchor 0 and its neighbour 1 are both of class 0.',
    'Row 2 names image 4, which is in split "val"; neighbours are mined in train.',
    'Row 3 names image 99, which is not in the table of images; neighbours are mined in train.',
  ])
})

test('neighbours: order of anchors, ranks and distances, and repeats are checked', async (t) => {
  assert.deepEqual(
    await check.neighbours(t, {
      anchor: Int32Array.of(2, 2, 0, 0),
      rank: Int32Array.of(0, 2, 0, 1),
      neighbour: Int32Array.of(1, 1, 3, 2),
      distance: Float32Array.of(1.5, 1.25, Number.NaN, 2.5),
    }),
    [
      'Row 1 (anchor 2) has rank 2, not 1.',
      'Anchor 2 has neighbour 1 twice (row 1).',
      'Row 1 (anchor 2) is nearer than the rank before: 1.25 after 1.5.',
      'Row 2 (anchor 0) has distance NaN; unit vectors lie 0 to 2 apart.',
      'Row 3 (anchor 0) has distance 2.5; unit vectors lie 0 to 2 apart.',
      'Row 2 has anchor 0 after 2; anchors ascend.',
    ],
  )
})
