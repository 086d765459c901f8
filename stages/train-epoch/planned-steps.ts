import type {PlannedImages} from '../../lib/data/loader.ts'
import type {PlannedBatch} from '../../lib/objectives/tuples.ts'
import type {BatchesTable} from '../../lib/tables/batches.ts'
import {type ImagesTable, rowsOfSplit} from '../../lib/tables/images.ts'

/** One training step as the loader, the objective and the optimiser each want it. */
export interface PlannedStep extends PlannedImages, PlannedBatch {
  readonly lr: number
  /** Undefined: the optimiser's own. */
  readonly momentum: number | undefined
}

/** The steps of a plan in order, the files of the images they use, and the number of training classes. */
export function plannedSteps(
  batches: BatchesTable,
  images: ImagesTable,
): {steps: PlannedStep[]; paths: Map<number, string>; classes: number} {
  const rowOf = new Map(Array.from(images.id, (id, row) => [id, row]))
  const trained = Int32Array.from(rowsOfSplit(images, 'train'), (row) => images.label[row]!)
  const numberOf = new Map(Array.from(new Set(trained.sort()), (label, number) => [label, number]))
  const starts = [...batches.slot.keys()].filter((row) => batches.slot[row] === 0)
  const steps = starts.map((start, i) => {
    const end = starts[i + 1] ?? batches.slot.length
    const ids = batches.image.subarray(start, end)
    return {
      images: ids,
      seeds: batches.seed.subarray(start, end),
      labels: Int32Array.from(ids, (id) => numberOf.get(images.label[rowOf.get(id)!]!)!),
      group: batches.group.subarray(start, end),
      role: batches.role.slice(start, end),
      lr: batches.lr[start]!,
      momentum: Number.isNaN(batches.momentum[start]!) ? undefined : batches.momentum[start]!,
      stepSeed: batches.stepSeed[start]!,
    }
  })
  const paths = new Map(Array.from(batches.image, (id) => [id, images.path[rowOf.get(id)!]!]))
  return {steps, paths, classes: numberOf.size}
}
