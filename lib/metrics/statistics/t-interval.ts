import type {Interval} from './bootstrap.ts'

/** Mean of independent repetitions. */
export interface RepeatedMean {
  readonly mean: number
  /** Absent where there is only one, which says nothing of the others. */
  readonly interval?: Interval
}

/**
 * Mean and Student's t-interval of repetitions, as Musgrave et al. 2020 report theirs: mean ± t s/√n, s with n - 1 in its
 * denominator. For numbers of runs that differ in their seed or fold.
 */
export function repeatedMean(values: readonly number[], level = 0.95): RepeatedMean {
  const count = values.length
  const mean = values.reduce((sum, value) => sum + value, 0) / count
  if (count < 2) return {mean}
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  const half = tQuantile(level, count - 1) * Math.sqrt(squares / (count - 1) / count)
  return {mean, interval: [mean - half, mean + half]}
}

/** The t with P(|T| < t) = level. */
function tQuantile(level: number, degrees: number): number {
  let [low, high] = [0, 1]
  while (centralProbability(high, degrees) < level) high *= 2
  for (let step = 0; step < 100; step++) {
    const middle = (low + high) / 2
    if (centralProbability(middle, degrees) < level) low = middle
    else high = middle
  }
  return (low + high) / 2
}

/** P(|T| < t) for whole degrees of freedom: Abramowitz and Stegun 26.7.3 and 26.7.4. */
function centralProbability(t: number, degrees: number): number {
  const angle = Math.atan(t / Math.sqrt(degrees))
  const [sine, cosine] = [Math.sin(angle), Math.cos(angle)]
  const isOdd = degrees % 2 === 1
  let term = isOdd ? cosine : 1
  let sum = degrees === 1 ? 0 : term
  for (let at = isOdd ? 3 : 2; at < degrees; at += 2) {
    term *= ((at - 1) / at) * cosine ** 2
    sum += term
  }
  return isOdd ? (2 / Math.PI) * (angle + sine * sum) : sine * sum
}
