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

/** Uniform between -1 and 1, then rows of unit length. */
export function uniformUnitRows(dim: number): Initial {
  return (random, count) => {
    const values = uniform(1)(random, count)
    for (let start = 0; start < count; start += dim) {
      const row = values.subarray(start, start + dim)
      const length = Math.hypot(...row)
      row.forEach((value, i) => {
        row[i] = value / length
      })
    }
    return values
  }
}
