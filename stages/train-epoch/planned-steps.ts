import {sourcesOf} from '../../lib/data/loader/sources.ts'
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

/** The steps of a plan in order, where the training images are, and the number of their classes. */
export function plannedSteps(
  batches: BatchesTable,
  images: ImagesTable,
): {steps: PlannedStep[]; sources: ReturnType<typeof sourcesOf>; classes: number} {
  const rowOf = new Map(Array.from(images.id, (id, row) => [id, row]))
  const trainRows = rowsOfSplit(images, 'train')
  const trained = Int32Array.from(trainRows, (row) => images.label[row]!)
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
  return {steps, sources: sourcesOf(images, trainRows), classes: numberOf.size}
}
