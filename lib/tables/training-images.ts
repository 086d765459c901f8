import {readImages} from './images.ts'

/** Which images may be trained on: what tables of neighbours and batches are checked against. */
export interface TrainingImages {
  /** Label of an image of the train split. */
  labelInTrain(id: number): number | undefined
  /** Why an id is not a training image, as the end of a sentence: `is in split "val"`. */
  reasonNotInTrain(id: number): string
}

/** Reads them from images.arrow. Throws UserError as readImages does. */
export async function readTrainingImages(imagesPath: string): Promise<TrainingImages> {
  const images = await readImages(imagesPath)
  const rowOf = new Map(Array.from(images.id, (id, row) => [id, row]))
  return {
    labelInTrain: (id) => {
      const row = rowOf.get(id)
      return row !== undefined && images.split[row] === 'train' ? images.label[row] : undefined
    },
    reasonNotInTrain: (id) => {
      const row = rowOf.get(id)
      return row === undefined ? 'is not in the table of images' : `is in split "${images.split[row]}"`
    },
  }
}
