// How weights begin.
import type {Random} from '../../random.ts'

type Initial = (random: Random, count: number) => Float32Array

/** Normally distributed around 0. */
export function normal(deviation: number): Initial {
  return (random, count) => Float32Array.from({length: count}, () => deviation * random.normal())
}

/** Uniform between -bound and bound. */
export function uniform(bound: number): Initial {
  return (random, count) => Float32Array.from({length: count}, () => bound * (2 * random.uniform() - 1))
}
