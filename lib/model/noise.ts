import {openRandom} from '../random.ts'

/** What layers that are random in training draw from in one forward pass. */
export interface Noise {
  /** Of the step: equal seeds give equal draws. */
  readonly seed: number
  /** Which images of the step's batch the pass is of, in its order; absent: all. */
  readonly places?: Int32Array
}

/**
 * Factors that leave numbers out, `each` for every image of a pass: 0 with the probability `rate`, else 1 / (1 - rate), so that their mean stays 1 and nothing has to
 * change where nothing is left out. They depend on the seed, the layer's name and the image's place in the batch alone: a part of the batch gets what it gets in the whole.
 */
export function drawFactors(
  {seed, places}: Noise,
  {
    layer,
    rate,
    images,
    each,
  }: {readonly layer: string; readonly rate: number; readonly images: number; readonly each: number},
): Float32Array {
  const factors = new Float32Array(images * each)
  for (let image = 0; image < images; image++) {
    const random = openRandom(seed, layer, places?.[image] ?? image)
    for (let i = 0; i < each; i++) factors[image * each + i] = random.uniform() < rate ? 0 : 1 / (1 - rate)
  }
  return factors
}
