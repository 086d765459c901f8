import assert from 'node:assert/strict'

export type Json = number | string | null | readonly Json[] | {readonly [key: string]: Json}
export type Block = {readonly [key: string]: Json}

const tolerance = 1e-6

/** How many values of each family were compared; whatever nobody compares fails at the end. */
const families = new Map<string, number>()
const compared = new Set<string>()

/** Compares one number of metrics.json, at its path, and counts it. */
export function same(path: string, got: number, expected: number, family: string): void {
  assert.ok(Math.abs(got - expected) <= tolerance, `${path}: ${got}, not ${expected}`)
  compared.add(path)
  families.set(family, (families.get(family) ?? 0) + 1)
}

/** The same for a number of every query; null: it is left out. */
export function sameColumn(
  path: string,
  got: ArrayLike<number> | undefined,
  expected: (number | null)[],
  family: string,
): void {
  assert.ok(got, `${path} is a metric we know`)
  assert.equal(got.length, expected.length, path)
  expected.forEach((value, query) => {
    if (value === null) assert.ok(Number.isNaN(got[query]), `${path}.${query}: ${got[query]}, not left out`)
    else same(`${path}.${query}`, got[query]!, value, family)
  })
}

/** Paths of results in the file that nobody compared; all of them where nothing was. */
export function leftOut(file: Json): string[] {
  assert.ok(compared.size > 0)
  return leaves(file, []).filter((path) => !compared.has(path))
}

/** How many numbers of each convention were compared. */
export function countFamilies(): string {
  return [...families].map(([family, count]) => `${family} ${count}`).join(', ')
}

/** What goes in, and what describes it. */
const inputs =
  /\.(N|dim|embeddings|labels|cluster_labels|query_labels|gallery_labels|queries|gallery|database|angles_degrees|duplicate_pair|smallest_distance_gap_in_a_row)(\.|$)/

/** Paths of all numbers that are results. */
function leaves(value: Json, path: string[]): string[] {
  const here = path.join('.')
  if (typeof value === 'number') return inputs.test(`.${here}`) ? [] : [here]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner as Json, [...path, key]))
}
