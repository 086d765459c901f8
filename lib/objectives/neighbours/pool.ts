import {openRandom, type SeedPath} from '../../random.ts'
import {drawDistinct} from '../samplers/draw.ts'

/** Rows of `size` random images, ascending; of all where there are no more. Drawn anew in every epoch. */
export function drawPool(images: number, size: number, seed: SeedPath): Int32Array {
  const rows = Array.from({length: images}, (_, row) => row)
  return size >= images
    ? Int32Array.from(rows)
    : Int32Array.from(drawDistinct(rows, size, openRandom(...seed, 'pool'))).sort()
}
