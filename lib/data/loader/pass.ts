import {createRing, type Ring} from './ring.ts'

/** Images of one batch, by id, and the seeds of their random transforms (any numbers where transforms are exact). */
export interface PlannedImages {
  readonly images: Int32Array
  readonly seeds: Uint32Array
}

/** One pass over a plan; everything is in shared memory, so that a worker needs no further word from the consumer. */
export interface Pass {
  readonly number: number
  readonly ring: Ring
  /** Per slot: [largest count, size, size, 3]. */
  readonly slots: readonly Uint8Array[]
  /** First row of every batch, and the number of rows at the end. */
  readonly firstRow: Int32Array
  /** Per row. */
  readonly file: Int32Array
  readonly seed: Uint32Array
  /** Per file: 1 when the plan names it more than once, so that keeping its pixels pays. */
  readonly returns: Uint8Array
}

/**
 * Lays a plan out in shared memory. `fileOf` gives every image's place in the list of files; slots hold squares of `size`.
 * @throws Error for a plan that names unknown images or has a batch without images or seeds: a bug of whoever made it.
 */
export function planPass(
  number: number,
  plan: readonly PlannedImages[],
  fileOf: ReadonlyMap<number, number>,
  size: number,
  ahead: number,
): Pass {
  const rows = plan.reduce((sum, {images}) => sum + images.length, 0)
  const pass = {
    number,
    ring: createRing(ahead),
    slots: Array.from({length: ahead}, () => new Uint8Array(new SharedArrayBuffer(largest(plan) * size * size * 3))),
    firstRow: new Int32Array(new SharedArrayBuffer((plan.length + 1) * 4)),
    file: new Int32Array(new SharedArrayBuffer(rows * 4)),
    seed: new Uint32Array(new SharedArrayBuffer(rows * 4)),
    returns: new Uint8Array(new SharedArrayBuffer(fileOf.size)),
  }
  const seen = new Uint8Array(fileOf.size)
  let row = 0
  for (const [index, {images, seeds}] of plan.entries()) {
    if (images.length === 0 || images.length !== seeds.length) {
      throw new Error(
        `Batch ${index} has ${images.length} images and ${seeds.length} seeds; it needs as many, and at least one.`,
      )
    }
    for (const [place, id] of images.entries()) {
      const file = fileOf.get(id)
      if (file === undefined)
        throw new Error(`Batch ${index} names image ${id}, which the loader was given no path for.`)
      pass.returns[file] = seen[file]!
      seen[file] = 1
      pass.file[row] = file
      pass.seed[row] = seeds[place]!
      row++
    }
    pass.firstRow[index + 1] = row
  }
  return pass
}

function largest(plan: readonly PlannedImages[]): number {
  return plan.reduce((most, {images}) => Math.max(most, images.length), 0)
}
