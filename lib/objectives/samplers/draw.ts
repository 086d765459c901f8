import type {Random} from '../../random.ts'

/** Different items in random order, each set and order equally likely; `count` must not be above their number. */
export function drawDistinct<T>(items: readonly T[], count: number, random: Random): T[] {
  const rest = [...items]
  for (let i = 0; i < count; i++) {
    const j = i + random.below(rest.length - i)
    const held = rest[i]!
    rest[i] = rest[j]!
    rest[j] = held
  }
  return rest.slice(0, count)
}

/** Independent draws: items may come again. */
export function drawRepeatedly<T>(items: readonly T[], count: number, random: Random): T[] {
  return Array.from({length: count}, () => items[random.below(items.length)]!)
}

/** Items without end: pass after pass, every pass in a new random order. */
export function* endlessPasses<T>(items: readonly T[], random: Random): Generator<T, never> {
  for (;;) yield* random.shuffled(items)
}
