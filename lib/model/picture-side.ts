/** The side of the square that a list of transforms ends with; undefined where it has none. */
export function pictureSide(transforms: unknown): number | undefined {
  if (!Array.isArray(transforms)) return undefined
  return transforms.reduce<number | undefined>((side, transform) => cropOf(transform) ?? side, undefined)
}

function cropOf(transform: unknown): number | undefined {
  if (typeof transform !== 'object' || transform === null) return undefined
  const {center_crop, random_crop, random_resized_crop} = transform as Readonly<Record<string, unknown>>
  const random = typeof random_resized_crop === 'object' ? random_resized_crop : undefined
  const side = center_crop ?? random_crop ?? (random as {readonly size?: unknown} | null | undefined)?.size
  return typeof side === 'number' ? side : undefined
}
