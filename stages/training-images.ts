import type {TrainingImages} from '../lib/objectives/samplers/sampler.ts'
import {readImages, rowsOfSplit} from '../lib/tables/images.ts'

/** The images of split train, by ascending id. */
export async function readTrainingImages(file: string): Promise<TrainingImages> {
  const table = await readImages(file)
  const rows = rowsOfSplit(table, 'train')
  return {
    id: Int32Array.from(rows, (row) => table.id[row]!),
    label: Int32Array.from(rows, (row) => table.label[row]!),
    className: rows.map((row) => table.className[row]!),
  }
}
