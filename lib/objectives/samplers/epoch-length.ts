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
  return batches
}
