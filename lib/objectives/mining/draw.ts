import type {Random} from '../../random.ts'

/** One of some columns, each equally likely; there must be one. */
export function drawOne(columns: Int32Array | readonly number[], random: Random): number {
  return columns[random.below(columns.length)]!
}

/** Different whole numbers below `total`, ascending, every set equally likely; all of them when there are no more. Floyd's algorithm: no list of all. */
export function drawNumbers(count: number, total: number, random: Random): number[] {
  const drawn = new Set<number>()
  for (let last = Math.max(0, total - count); last < total; last++) {
    const number = random.below(last + 1)
    drawn.add(drawn.has(number) ? last : number)
  }
  return [...drawn].sort((a, b) => a - b)
}

/** A place in a list of weights, drawn in proportion to them; undefined: none is above 0. */
export function drawWeighted(weights: Float64Array, random: Random): number | undefined {
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  let rest = random.uniform() * total
  let place: number | undefined
  for (let i = 0; i < weights.length; i++) {
    if (weights[i] === 0) continue
    place = i // rounding may leave a rest after the last one, which is then meant
    rest -= weights[i]!
    if (rest < 0) break
  }
  return place
}
