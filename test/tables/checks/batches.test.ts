import assert from 'node:assert/strict'
import {test} from 'node:test'
import {checkBatches, writeBatches} from '../../../lib/tables/batches.ts'
import {someBatches, someImages, temporaryFolder, writeSomeImages} from '../fixtures.ts'
import {check} from './check.ts'

test('batches: no image of val or test and no unknown image may be trained on', async (t) => {
  assert.deepEqual(await check.batches(t, {image: Int32Array.of(0, 1, 4, 3, 7, 50)}), [
    'Step 0, slot 2 trains on image 4, which is in split "val".',
    'Step 1, slot 1 trains on image 7, which is in split "test".',
    'Step 1, slot 2 trains on image 50, which is not in the table of images.',
  ])
})

test('batches: an unused image may not be trained on either', async (t) => {
  const at = temporaryFolder(t)
  await writeBatches(at('batches.arrow'), someBatches())
  const images = await writeSomeImages(at('images.arrow'), {split: someImages().split.with(1, 'unused')})
  assert.deepEqual(await checkBatches(at('batches.arrow'), images), [
    'Step 0, slot 1 trains on image 1, which is in split "unused".',
    'Step 1, slot 2 trains on image 1, which is in split "unused".',
  ])
})

test('batches: gaps in steps and slots are found', async (t) => {
  assert.deepEqual(await check.batches(t, {step: Int32Array.of(1, 1, 1, 2, 2, 2)}), [
    'Row 0 is step 1, slot 0, but the first row is step 0, slot 0.',
  ])
  assert.deepEqual(await check.batches(t, {slot: Int32Array.of(0, 1, 3, 0, 1, 2)}), [
    'Row 2 is step 0, slot 3, but it follows step 0, slot 1.',
  ])
  assert.deepEqual(await check.batches(t, {step: Int32Array.of(0, 0, 0, 2, 2, 2)}), [
    'Row 3 is step 2, slot 0, but it follows step 0, slot 2.',
  ])
})

test('batches: learning rates are finite, and learning rate and seed are one per step', async (t) => {
  const {lr, stepSeed} = someBatches()
  assert.deepEqual(await check.batches(t, {lr: lr.with(5, Infinity), stepSeed: stepSeed.with(1, 9)}), [
    'Step 0 has two seeds: 7, 9.',
    'Step 0 has two seeds: 9, 7.',
    'Step 1 has two learning rates: 0.00002, Infinity.',
    'Row 5 (step 1) has learning rate Infinity; it must be finite and not negative.',
  ])
})

test('batches: momenta are from 0 to below 1 or absent, and one per step', async (t) => {
  const momentum = Float64Array.of(Number.NaN, Number.NaN, 0.5, 1, 1, -1)
  assert.deepEqual(await check.batches(t, {momentum}), [
    'Step 0 has two momenta: NaN, 0.5.',
    'Step 1 has two momenta: 1, -1.',
    'Row 3 (step 1) has momentum 1; it must be from 0 to below 1, or NaN.',
    'Row 4 (step 1) has momentum 1; it must be from 0 to below 1, or NaN.',
    'Row 5 (step 1) has momentum -1; it must be from 0 to below 1, or NaN.',
  ])
})

test('batches: roles are known, and a triplet is made of two images of one class and one of another', async (t) => {
  const {role, image} = someBatches()
  assert.deepEqual(await check.batches(t, {role: role.with(0, 'boss'), image: image.with(4, 1).with(5, 2)}), [
    'Step 0, group 0 has a role "boss"; it must be anchor, positive, negative, member.',
    'Step 1, group 0: positive 1 is of class 0, anchor 3 of class 1.',
    'Step 1, group 0: negative 2 is of class 1, anchor 3 of class 1.',
  ])
  const swapped = role.with(0, 'negative').with(1, 'anchor').with(2, 'positive')
  assert.deepEqual(await check.batches(t, {role: swapped, distance: new Float32Array(6).fill(Number.NaN)}), [
    'Step 0, group 0 begins with a negative, not with its anchor.',
    'Step 0, group 0: positive 2 is of class 1, negative 0 of class 0.',
  ])
})

test('batches: members of a group are of one class', async (t) => {
  const role = Array<string>(6).fill('member')
  const group = Int32Array.of(0, 0, 1, 0, 1, 1)
  const distance = new Float32Array(6).fill(Number.NaN)
  assert.deepEqual(await check.batches(t, {role, group, distance, image: Int32Array.of(0, 1, 2, 3, 0, 2)}), [
    'Step 1, group 1: member 2 is of class 1, member 0 of class 0.',
  ])
})

test('batches: positives and negatives have a possible distance or none, anchors none', async (t) => {
  assert.deepEqual(await check.batches(t, {distance: Float32Array.of(0.5, -1, 2.5, Number.NaN, 2, Infinity)}), [
    'Step 0, slot 0 has distance 0.5; role anchor has none, so it must be NaN.',
    'Step 0, slot 1 has distance -1; it must be from 0 to 2, or NaN.',
    'Step 0, slot 2 has distance 2.5; it must be from 0 to 2, or NaN.',
    'Step 1, slot 2 has distance Infinity; it must be from 0 to 2, or NaN.',
  ])
})

test('batches: a tuple may have several positives and negatives', async (t) => {
  const table = someBatches()
  const tuple = {
    ...table,
    step: new Int32Array(6),
    slot: Int32Array.from([0, 1, 2, 3, 4, 5]),
    role: ['anchor', 'positive', 'positive', 'negative', 'negative', 'negative'],
    image: Int32Array.of(0, 1, 1, 2, 3, 2),
    lr: new Float64Array(6),
    momentum: new Float64Array(6),
    stepSeed: new Uint32Array(6),
  }
  assert.deepEqual(await check.batches(t, {...tuple, distance: new Float32Array(6).fill(Number.NaN)}), [])
})
