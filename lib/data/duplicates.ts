/** Files with the same bytes. */
export interface DuplicateGroup {
  /** At least two, in the order of the rows. */
  readonly paths: readonly string[]
  /** What they are in (sets, classes), each once. More than one: an image of one is also in another. */
  readonly within: readonly string[]
}

/** Groups of rows with equal hashes; rows without one are in no group. */
export function findDuplicates(
  sha256: readonly string[],
  path: readonly string[],
  within: readonly string[],
): DuplicateGroup[] {
  const rowsOf = new Map<string, number[]>()
  for (const [row, hash] of sha256.entries()) {
    const rows = rowsOf.get(hash)
    if (rows !== undefined) rows.push(row)
    else if (hash !== '') rowsOf.set(hash, [row])
  }
  return [...rowsOf.values()]
    .filter((rows) => rows.length > 1)
    .map((rows) => ({paths: rows.map((row) => path[row]!), within: [...new Set(rows.map((row) => within[row]!))]}))
}

/** `a.jpg = b.jpg` of every group. */
export function nameGroups(groups: readonly DuplicateGroup[]): string[] {
  return groups.map(({paths}) => paths.join(' = '))
}
