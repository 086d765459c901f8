/** Images of every class, by its number, among the rows that count; classes in order of their first image. */
export function classSizes(
  label: readonly number[],
  counts: (row: number) => boolean = () => true,
): Map<number, number> {
  const sizes = new Map<number, number>()
  for (const [row, own] of label.entries()) if (counts(row)) sizes.set(own, (sizes.get(own) ?? 0) + 1)
  return sizes
}
