import type {DrawingSet} from './sets.ts'
import {joinSynonyms, normalise} from './synonyms.ts'

/** One emoji: a single code point and the drawings of it. */
export interface EmojiClass {
  /** Folder of the class; the order of these names is the order of the code points: `1f600-grinning-face`. */
  readonly folder: string
  /** By vendor, the name of the drawing in that vendor's set. */
  readonly drawings: ReadonlyMap<string, string>
}

const fewestVendors = 4

/**
 * Finds the emoji that at least four vendors draw, in the order of their code points.
 *
 * Three sets list the code points of their drawings; these lists also say what an emoji is called. Drawings of the other sets
 * are matched by name, first by one of these names, then by any other that the aliases of some set make a synonym.
 */
export function findClasses(sets: readonly DrawingSet[]): EmojiClass[] {
  const namesOf = collectNames(sets)
  const findDrawing = new Map(sets.map((set) => [set.vendor, openSearch(set, sets)]))
  return [...namesOf.keys()]
    .filter((code) => !isLeftOut(code))
    .sort((a, b) => a - b)
    .map((code) => {
      const found = sets.map(({vendor}) => [vendor, findDrawing.get(vendor)!(code, namesOf.get(code)!)] as const)
      const drawings = new Map(found.filter((entry): entry is [string, string] => entry[1] !== undefined))
      return {folder: `${code.toString(16).padStart(5, '0')}-${namesOf.get(code)![0]}`, drawings}
    })
    .filter(({drawings}) => drawings.size >= fewestVendors)
}

/** Letters, squared words, clock faces and the like, where a class would differ from the next by a letter or a pointer. */
export function isLeftOut(code: number): boolean {
  return leftOut.some(([first, last]) => code >= first && code <= last)
}

const leftOut: readonly (readonly [first: number, last: number])[] = [
  [0xa9, 0xa9], // copyright
  [0xae, 0xae], // registered
  [0x2122, 0x2122], // trade mark
  [0x24c2, 0x24c2], // circled M
  [0x3297, 0x3299], // circled ideographs
  [0x1f100, 0x1f1ff], // squared letters and words, regional indicators (two of them make a flag)
  [0x1f200, 0x1f2ff], // squared ideographs
  [0x1f3fb, 0x1f3ff], // skin tones
  [0x1f51f, 0x1f524], // keycap ten, input symbols
  [0x1f550, 0x1f567], // clock faces
]

/** All names of each emoji of one code point, that of the first set first. Sequences (people with hair, flags, keycaps) are not in it. */
function collectNames(sets: readonly DrawingSet[]): Map<number, string[]> {
  const names = new Map<number, string[]>()
  for (const [code, name] of sets.flatMap((set) => Object.entries(set.names))) {
    if (code.includes('-')) continue
    const known = names.get(Number.parseInt(code, 16))
    if (known === undefined) names.set(Number.parseInt(code, 16), [name])
    else known.push(name)
  }
  return names
}

type Search = (code: number, names: readonly string[]) => string | undefined

function openSearch(set: DrawingSet, sets: readonly DrawingSet[]): Search {
  if (Object.keys(set.names).length > 0) return (code) => set.names[code.toString(16).padStart(4, '0')]
  const synonym = joinSynonyms(sets)
  const byName = new Map(Object.keys(set.icons.icons).map((name) => [normalise(name), name]))
  const bySynonym = new Map([...byName].map(([name, drawing]) => [synonym(name), drawing]))
  return (_, names) =>
    findFirst(names, (name) => byName.get(normalise(name))) ??
    findFirst(names, (name) => bySynonym.get(synonym(normalise(name))))
}

function findFirst<T>(names: readonly string[], find: (name: string) => T | undefined): T | undefined {
  for (const name of names) {
    const found = find(name)
    if (found !== undefined) return found
  }
  return undefined
}
