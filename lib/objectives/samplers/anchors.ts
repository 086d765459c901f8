import type {Random} from '../../random.ts'
import {UserError} from '../../user-error.ts'
import {type EpochLength, requirePlannable} from './epoch-length.ts'

/** Rows of the images that are anchors of an epoch, in order: every image once in a pass, every pass in a new random order. */
export function drawAnchors(
  {passes, iterations}: EpochLength,
  perBatch: number,
  images: number,
  random: Random,
): number[] {
  const count = iterations === null ? Math.floor(passes * images) : iterations * perBatch
  if (count === 0) {
    throw new UserError(`mining.passes ${passes} over ${images} training images makes no anchor. Raise it.`)
  }
  requirePlannable(count)
  const rows = Array.from({length: images}, (_, row) => row)
  const anchors: number[] = []
  while (anchors.length < count)
    for (const row of random.shuffled(rows).slice(0, count - anchors.length)) anchors.push(row)
  return anchors
}
