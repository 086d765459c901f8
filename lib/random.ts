import {createHash} from 'node:crypto'
import {uniformFloat64} from 'pure-rand/distribution/uniformFloat64'
import {uniformInt} from 'pure-rand/distribution/uniformInt'
import {xoroshiro128plus} from 'pure-rand/generator/xoroshiro128plus'

/** The parts that name a stream of random numbers, for example `[seed, 'mine-negatives', epoch]`. */
export type SeedPath = readonly (string | number)[]

/** A stream of random numbers. Equal seed paths give equal streams on every machine and Node version. */
export interface Random {
  /** A number in [0, 1). */
  uniform(): number
  /** A whole number in [0, count). */
  below(count: number): number
  /** A draw of the standard normal distribution (Box-Muller, one of the pair). */
  normal(): number
  /** A new array with the items in random order (Fisher-Yates). */
  shuffled<T>(items: readonly T[]): T[]
}

/** A 32-bit seed that depends on every part of the path; different paths give independent streams. */
export function deriveSeed(...path: SeedPath): number {
  return createHash('sha256').update(JSON.stringify(path)).digest().readUInt32LE(0)
}

/** Opens the stream that a seed path names. */
export function openRandom(...path: SeedPath): Random {
  return randomFrom(deriveSeed(...path))
}

/** Opens the stream of a seed that was derived before (the plan keeps such seeds in its rows). */
export function randomFrom(seed: number): Random {
  const generator = xoroshiro128plus(seed)
  const uniform = () => uniformFloat64(generator)
  const below = (count: number) => uniformInt(generator, 0, count - 1)
  return {
    uniform,
    below,
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
    shuffled: (items) => {
      const result = [...items]
      for (let i = result.length - 1; i > 0; i--) {
        const j = below(i + 1)
        const held = result[i]!
        result[i] = result[j]!
        result[j] = held
      }
      return result
    },
  }
}
