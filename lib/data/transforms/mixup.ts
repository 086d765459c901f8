import {openRandom, type Random} from '../../random.ts'

/** The other picture of a mixture, and what stays of the first. */
export interface Mixture {
  /** Place among all pictures. */
  readonly partner: number
  /** 0 to 1. */
  readonly share: number
}

/** Draws the mixture of a seed: any picture of the set, the same one too, and a share from Beta(alpha, alpha), alpha at most 1 (Zhang et al. 2018). */
export function drawMixture(alpha: number, seed: number, pictures: number): Mixture {
  const random = openRandom(seed, 'mixup')
  return {partner: random.below(pictures), share: drawBeta(alpha, random)}
}

/** share * picture + (1 - share) * other, in place, rounded to whole bytes. */
export function mixInto(picture: Uint8Array, other: Uint8Array, share: number): void {
  for (let i = 0; i < picture.length; i++) picture[i] = Math.round(share * picture[i]! + (1 - share) * other[i]!)
}

/** Jöhnk 1964: u^(1/alpha) and v^(1/alpha) that sum to 1 at most, divided by their sum; in logarithms, for small alphas underflow. */
function drawBeta(alpha: number, random: Random): number {
  for (;;) {
    const [x, y] = [Math.log(1 - random.uniform()) / alpha, Math.log(1 - random.uniform()) / alpha]
    if (Math.exp(x) + Math.exp(y) <= 1) return 1 / (1 + Math.exp(y - x))
  }
}
