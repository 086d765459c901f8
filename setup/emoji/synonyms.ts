import type {DrawingSet} from './sets.ts'

/** A name without what vendors write differently: hyphens, and `flag-for-` before what others call `flag-`. */
export function normalise(name: string): string {
  return name.replace(/^flag-for-/, 'flag-').replaceAll('-', '')
}

/** Joins names that the aliases of any set connect, and returns a function that gives the same name for all of such a group. */
export function joinSynonyms(sets: readonly DrawingSet[]): (name: string) => string {
  const parents = new Map<string, string>()
  const root = (name: string): string => {
    const parent = parents.get(name)
    return parent === undefined ? name : root(parent)
  }
  for (const [alias, {parent, hFlip, vFlip, rotate}] of sets.flatMap(({icons}) =>
    Object.entries(icons.aliases ?? {}),
  )) {
    // A flipped drawing is another emoji: the hand that points left is not the one that points right.
    if (hFlip === true || vFlip === true || rotate !== undefined) continue
    const [from, to] = [root(normalise(alias)), root(normalise(parent))]
    if (from !== to) parents.set(from, to)
  }
  return root
}
