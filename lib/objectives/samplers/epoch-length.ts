import {UserError} from '../../user-error.ts'

/** How long an epoch is: so many batches, or so many passes over the images. */
export interface EpochLength {
  readonly passes: number
  readonly iterations: number | null
}

/** Batches of an epoch: `iterations`, else as many whole batches as `passes` over the images fill. */
export function countBatches({passes, iterations}: EpochLength, images: number, batchSize: number): number {
  const batches = iterations ?? Math.floor((passes * images) / batchSize)
  if (batches === 0) {
    throw new UserError(
      `${passes} pass(es) over ${images} training images do not fill one batch of ${batchSize} images. ` +
        'Make the batch smaller, raise mining.passes or set mining.iterations.',
    )
  }
  requirePlannable(batches * batchSize)
  return batches
}

/** Refuses an epoch whose plan would not fit into memory. */
export function requirePlannable(images: number): void {
  if (images <= mostPlanned) return
  throw new UserError(
    `An epoch of ${images.toLocaleString('en-US')} images is more than a plan holds (${mostPlanned.toLocaleString('en-US')}). ` +
      'Lower mining.passes or mining.iterations: more epochs do the same.',
  )
}

const mostPlanned = 10_000_000
