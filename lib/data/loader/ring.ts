/**
 * The counters that loader and workers share during one pass over a plan. Rows (one picture each) are claimed in plan order by
 * whichever worker is free; batch b is written to slot b modulo the number of slots, once the slot's earlier batch was released.
 * All waiting of workers is on these counters, never on messages: the consumer may be busy inside TensorFlow for seconds.
 */
export type Ring = Int32Array

const nextRow = 0
const cancelled = 1
const header = 2

/** Per slot: batch that may be written, pictures written, pictures that failed, batches completed so far in this slot. */
const turn = 0
const written = 1
const failed = 2
const ready = 3
const perSlot = 4

const nobody = -1

export function createRing(slots: number): Ring {
  const ring = new Int32Array(new SharedArrayBuffer((header + slots * perSlot) * Int32Array.BYTES_PER_ELEMENT))
  for (let slot = 0; slot < slots; slot++) {
    ring[header + slot * perSlot + turn] = slot
    ring[header + slot * perSlot + ready] = nobody
  }
  return ring
}

/** Worker: the next row that nobody else has. */
export function claimRow(ring: Ring): number {
  return Atomics.add(ring, nextRow, 1)
}

/** Worker: blocks until the batch's slot is free; false when the pass was cancelled. */
export function awaitSlot(ring: Ring, batch: number): boolean {
  const cell = cellOf(ring, batch, turn)
  for (;;) {
    const current = Atomics.load(ring, cell)
    if (isCancelled(ring)) return false
    if (current === batch) return true
    Atomics.wait(ring, cell, current)
  }
}

/** Worker: counts a picture of a batch of `count`; true for the one that completed the batch. */
export function finishRow(ring: Ring, batch: number, count: number, succeeded: boolean): boolean {
  if (!succeeded) Atomics.add(ring, cellOf(ring, batch, failed), 1)
  if (Atomics.add(ring, cellOf(ring, batch, written), 1) + 1 < count) return false
  Atomics.store(ring, cellOf(ring, batch, ready), batch)
  return true
}

/** Consumer: how many pictures of the batch failed; undefined while it is incomplete. */
export function failuresWhenReady(ring: Ring, batch: number): number | undefined {
  if (Atomics.load(ring, cellOf(ring, batch, ready)) !== batch) return undefined
  return Atomics.load(ring, cellOf(ring, batch, failed))
}

/** Consumer: whether the slot's earlier batch was released, so that this one can ever become ready. */
export function ownsSlot(ring: Ring, batch: number): boolean {
  return Atomics.load(ring, cellOf(ring, batch, turn)) === batch
}

/** Consumer: hands the slot of a batch to the one that comes next in it. */
export function releaseSlot(ring: Ring, batch: number): void {
  const cell = cellOf(ring, batch, turn)
  if (Atomics.load(ring, cell) !== batch) return
  Atomics.store(ring, cellOf(ring, batch, written), 0)
  Atomics.store(ring, cellOf(ring, batch, failed), 0)
  Atomics.store(ring, cell, batch + slotCount(ring))
  Atomics.notify(ring, cell)
}

/** Consumer: tells workers to stop at the next picture and wakes those that wait. */
export function cancelRing(ring: Ring): void {
  Atomics.store(ring, cancelled, 1)
  for (let slot = 0; slot < slotCount(ring); slot++) {
    const cell = cellOf(ring, slot, turn)
    // A changed value, or a worker that was about to wait for the old one would sleep through the notification.
    Atomics.store(ring, cell, nobody)
    Atomics.notify(ring, cell)
  }
}

export function isCancelled(ring: Ring): boolean {
  return Atomics.load(ring, cancelled) === 1
}

function slotCount(ring: Ring): number {
  return (ring.length - header) / perSlot
}

function cellOf(ring: Ring, batch: number, field: number): number {
  return header + (batch % slotCount(ring)) * perSlot + field
}
