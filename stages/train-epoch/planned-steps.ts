import {sourcesOf} from '../../lib/data/loader/sources.ts'
import type {PlannedImages} from '../../lib/data/loader.ts'
import type {PlannedBatch} from '../../lib/objectives/tuples.ts'
import type {BatchesTable} from '../../lib/tables/batches.ts'
import {type ImagesTable, rowsOfSplit} from '../../lib/tables/images.ts'

/** One training step as the loader, the objective and the optimiser each want it. */
export interface PlannedStep extends PlannedImages, PlannedBatch {
  /** Which of the images each row of the batch shows; undefined: every row its own. */
  readonly pictures: Int32Array | undefined
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
      ...distinctPictures(ids, batches.seed.subarray(start, end)),
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

/** Rows of one image under one transform are one picture, which is loaded and described once. */
function distinctPictures(images: Int32Array, seeds: Uint32Array): Pick<PlannedStep, 'images' | 'seeds' | 'pictures'> {
  const numberOf = new Map<string, number>()
  const pictures = images.map((image, row) => {
    const name = `${image} ${seeds[row]}`
    const number = numberOf.get(name) ?? numberOf.size
    numberOf.set(name, number)
    return number
  })
  if (numberOf.size === images.length) return {images, seeds, pictures: undefined}
  const isFirst = (_: number, row: number) => pictures.indexOf(pictures[row]!) === row
  return {images: images.filter(isFirst), seeds: seeds.filter(isFirst), pictures}
}
