import type {Random} from '../../random.ts'
import type {ColourStep} from './recipe.ts'

/**
 * Fills a random rectangle with one colour: area uniform, aspect ratio log-uniform, ten tries to fit, else nothing
 * (torchvision's RandomErasing, Zhong et al. 2020; theirs comes after normalisation, so their 0 is our mean colour).
 */
export function eraseBox(
  {scale, ratio, value}: ColourStep & {kind: 'erase'},
  pixels: Uint8Array,
  size: number,
  random: Random,
): void {
  const between = (low: number, high: number) => low + (high - low) * random.uniform()
  for (let attempt = 0; attempt < 10; attempt++) {
    const area = size * size * between(...scale)
    const aspect = Math.exp(between(Math.log(ratio[0]), Math.log(ratio[1])))
    const height = Math.round(Math.sqrt(area * aspect))
    const width = Math.round(Math.sqrt(area / aspect))
    if (height >= size || width >= size) continue
    const top = random.below(size - height + 1)
    const left = random.below(size - width + 1)
    for (let y = top; y < top + height; y++) {
      for (let x = left; x < left + width; x++) pixels.set(value, (y * size + x) * 3)
    }
    return
  }
}
