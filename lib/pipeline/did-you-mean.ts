import {closestMatch} from 'leven'

/** `; did you mean "margin"?` for a name that is close to one of the known ones, else `; known: a, b, c`. */
export function didYouMean(name: string, known: readonly string[]): string {
  if (known.length === 0) return ''
  return suggestion(name, known) || `; known: ${[...known].sort().join(', ')}`
}

/** The same where what is known was said before: empty when nothing is close. */
export function suggestion(name: string, known: readonly string[]): string {
  // Of a name that shares less than half of its letters with another it is no misspelling: `betas` does not mean `ema`.
  const maxDistance = Math.min(Math.max(2, Math.ceil(name.length / 3) + 1), Math.floor(name.length / 2))
  const close = closestMatch(name, known, {maxDistance})
  return close === undefined ? '' : `; did you mean "${close}"?`
}
