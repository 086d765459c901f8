/** How a resized pixel mixes those around it, as Pillow defines it (src/libImaging/Resample.c). */
export type FilterName = 'bilinear' | 'bicubic' | 'lanczos'

export interface Filter {
  /** Weights are 0 at this distance and beyond, in input pixels where nothing gets smaller. */
  readonly support: number
  weight(distance: number): number
}

export const filters: Readonly<Record<FilterName, Filter>> = {
  bilinear: {support: 1, weight: (x) => Math.max(0, 1 - Math.abs(x))},
  bicubic: {support: 2, weight: cubic},
  lanczos: {support: 3, weight: (x) => (x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0)},
}

/** Keys 1981 with a = -1/2. */
function cubic(x: number): number {
  const a = -0.5
  const distance = Math.abs(x)
  if (distance < 1) return ((a + 2) * distance - (a + 3)) * distance * distance + 1
  if (distance < 2) return (((distance - 5) * distance + 8) * distance - 4) * a
  return 0
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(x * Math.PI) / (x * Math.PI)
}
