import type {Random} from '../../random.ts'

/** Hands out items so that each comes about equally often: pass after pass, every pass in a new random order. */
export interface Turns {
  /** The next item that is not among those taken (which must be fewer than all); items passed over keep their turn. */
  next(taken: ReadonlySet<number>): number
}

export function takeTurns(items: readonly number[], random: Random): Turns {
  let waiting: number[] = []
  return {
    next(taken) {
      let at = waiting.findIndex((item) => !taken.has(item))
      if (at === -1) {
        const from = waiting.length
        waiting = waiting.concat(random.shuffled(items))
        at = waiting.findIndex((item, place) => place >= from && !taken.has(item))
      }
      return waiting.splice(at, 1)[0]!
    },
  }
}
