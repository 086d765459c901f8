import {UserError} from '../user-error.ts'

/** Notes one problem of a kind; the sentence is only made while problems of that kind are still listed. */
export type Note = (kind: string, sentence: () => string) => void

// Enough to see a pattern, few enough to read.
const listedPerKind = 10

/**
 * Runs a check that notes problems and returns them as sentences: the first ten of each kind, then how many more there are.
 * A file that cannot be read at all is its one problem.
 */
export async function collectProblems(check: (note: Note) => Promise<void>): Promise<string[]> {
  const kinds = new Map<string, {sentences: string[]; count: number}>()
  try {
    await check((kind, sentence) => {
      const found = kinds.get(kind) ?? {sentences: [], count: 0}
      kinds.set(kind, found)
      if (found.count++ < listedPerKind) found.sentences.push(sentence())
    })
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    return [error.message]
  }
  return [...kinds].flatMap(([kind, {sentences, count}]) =>
    count > sentences.length
      ? [...sentences, `There are ${count - sentences.length} more such problems (${kind}).`]
      : sentences,
  )
}
