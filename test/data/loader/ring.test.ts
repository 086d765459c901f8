import assert from 'node:assert/strict'
import {test} from 'node:test'
import {
  awaitSlot,
  cancelRing,
  claimRow,
  createRing,
  failuresWhenReady,
  finishRow,
  isCancelled,
  ownsSlot,
  releaseSlot,
} from '../../../lib/data/loader/ring.ts'

test('rows are claimed once each, in order', () => {
  const ring = createRing(2)
  assert.deepEqual([claimRow(ring), claimRow(ring), claimRow(ring)], [0, 1, 2])
})

test('a batch is ready when its last picture is, with the number that failed', () => {
  const ring = createRing(2)
  assert.equal(failuresWhenReady(ring, 0), undefined)
  assert.equal(finishRow(ring, 0, 3, true), false)
  assert.equal(finishRow(ring, 0, 3, false), false)
  assert.equal(failuresWhenReady(ring, 0), undefined)
  assert.equal(finishRow(ring, 0, 3, true), true)
  assert.equal(failuresWhenReady(ring, 0), 1)
  assert.equal(failuresWhenReady(ring, 1), undefined)
})

test('a slot belongs to one batch until that is released, and starts afresh with the next', () => {
  const ring = createRing(2)
  assert.equal(awaitSlot(ring, 0), true)
  assert.equal(awaitSlot(ring, 1), true)
  assert.equal(ownsSlot(ring, 2), false)
  finishRow(ring, 0, 1, false)
  releaseSlot(ring, 0)
  releaseSlot(ring, 0)
  assert.equal(ownsSlot(ring, 2), true)
  assert.equal(ownsSlot(ring, 3), false)
  assert.equal(failuresWhenReady(ring, 2), undefined)
  finishRow(ring, 2, 1, true)
  assert.equal(failuresWhenReady(ring, 2), 0)
})

test('nobody waits for a slot of a cancelled pass', () => {
  const ring = createRing(1)
  cancelRing(ring)
  assert.equal(isCancelled(ring), true)
  assert.equal(awaitSlot(ring, 0), false)
  assert.equal(awaitSlot(ring, 5), false)
})
