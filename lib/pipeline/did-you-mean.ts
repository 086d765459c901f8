import {closestMatch} from 'leven'

/** `; did you mean "margin"?` for a name that is close to one of the known ones, else `; known: a, b, c`. */
export function didYouMean(name: string, known: readonly string[]): string {
  if (known.length === 0) return ''
  const close = closestMatch(name, known, {maxDistance: Math.max(2, Math.ceil(name.length / 3) + 1)})
  return close === undefined ? `; known: ${[...known].sort().join(', ')}` : `; did you mean "${close}"?`
}
