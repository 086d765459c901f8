/** How two partitions of the same items overlap. */
export interface Contingency {
  readonly items: number
  /** Sizes of the parts of each. */
  readonly rows: readonly number[]
  readonly columns: readonly number[]
  /** The overlaps that are not empty. */
  readonly cells: readonly {readonly row: number; readonly column: number; readonly count: number}[]
}

/** Counts the items of every pair of class and cluster. */
export function countOverlaps(classes: Int32Array, clusters: Int32Array): Contingency {
  const [row, column] = [numbered(classes), numbered(clusters)]
  const counts = new Map<number, number>()
  for (let item = 0; item < classes.length; item++) {
    const cell = row.of[item]! * column.sizes.length + column.of[item]!
    counts.set(cell, (counts.get(cell) ?? 0) + 1)
  }
  return {
    items: classes.length,
    rows: row.sizes,
    columns: column.sizes,
    cells: Array.from(counts, ([cell, count]) => ({
      row: Math.floor(cell / column.sizes.length),
      column: cell % column.sizes.length,
      count,
    })),
  }
}

/** Parts numbered in the order in which they are met. */
function numbered(parts: Int32Array): {of: Int32Array; sizes: number[]} {
  const numbers = new Map<number, number>()
  const sizes: number[] = []
  const of = parts.map((part) => {
    const number = numbers.get(part) ?? numbers.size
    numbers.set(part, number)
    sizes[number] = (sizes[number] ?? 0) + 1
    return number
  })
  return {of, sizes}
}
