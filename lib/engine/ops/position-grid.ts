import {free, fromHost, type Raw} from '../op.ts'
import {reshape} from './elementwise.ts'
import {matMul, stackMatMul} from './matrix.ts'

/** How a package fits trained positions to another grid, in the words of torch.nn.functional.interpolate(mode='bicubic'). */
export interface Resampling {
  /** Whether the filter widens where the grid gets smaller. */
  readonly antialias: boolean
  /** Added to the sides of the new grid before scales are computed from them (DINO: 0.1, a cure for rounding that stayed). */
  readonly offset: number
}

/** Positions [side * side, channels] on a grid of height * width, [height * width, channels], turned as maps are. */
export function resamplePositions(grid: Raw, height: number, width: number, resampling: Resampling): Raw {
  const [rows, channels] = grid.shape as [number, number]
  const side = Math.sqrt(rows)
  const {down, across} = turnedMatrices(side, height, width, resampling)
  const lines = reshape(grid, [side, side * channels])
  const lowered = matMul(down, lines)
  const columns = reshape(lowered, [height, side, channels])
  const positions = stackMatMul(across, columns)
  const result = reshape(positions, [height * width, channels])
  free(down, across, lines, lowered, columns, positions)
  return result
}

/** The gradient of `resamplePositions`: of a grid of `rows` positions. */
export function resamplePositionsGradient(
  gradient: Raw,
  height: number,
  width: number,
  {rows, resampling}: {readonly rows: number; readonly resampling: Resampling},
): Raw {
  const channels = gradient.shape[1]!
  const side = Math.sqrt(rows)
  const {down, across} = turnedMatrices(side, height, width, resampling)
  const positions = reshape(gradient, [height, width, channels])
  const columns = stackMatMul(across, positions, {transposeA: true})
  const lowered = reshape(columns, [height, side * channels])
  const lines = matMul(down, lowered, {transposeA: true})
  const result = reshape(lines, [rows, channels])
  free(down, across, positions, columns, lowered, lines)
  return result
}

/** [height, side] and [1, width, side]. */
function turnedMatrices(side: number, height: number, width: number, resampling: Resampling): {down: Raw; across: Raw} {
  const {down, across} = resamplingMatrices(side, height, width, resampling)
  const flat = (rows: readonly Float32Array[]) => Float32Array.from(rows.toReversed().flatMap((row) => [...row]))
  return {down: fromHost(flat(down), [height, side]), across: fromHost(flat(across), [1, width, side])}
}

/**
 * What each row and each column of a new grid takes from the rows and columns of a square one, not turned. On the trained grid, and only
 * there, positions stay as they are.
 */
export function resamplingMatrices(side: number, height: number, width: number, resampling: Resampling) {
  const same = height === side && width === side
  const along = (length: number) =>
    Array.from({length}, (_, i) => {
      if (same) return Float32Array.from({length: side}, (_, j) => (i === j ? 1 : 0))
      const scale = side / (length + resampling.offset)
      return resampling.antialias ? widened(i, side, scale) : pointwise(i, side, scale)
    })
  return {down: along(height), across: along(width)}
}

/** Four neighbours of a point; what lies outside counts as the border (PyTorch's upsample_bicubic2d, A = -0.75). */
function pointwise(place: number, side: number, scale: number): Float32Array {
  const row = new Float32Array(side)
  const centre = scale * (place + 0.5) - 0.5
  const first = Math.floor(centre) - 1
  for (let j = first; j < first + 4; j++) row[Math.min(Math.max(j, 0), side - 1)]! += cubic(centre - j, -0.75)
  return row
}

/** All neighbours within a support that grows with the scale, their weights made 1 in all (PyTorch's antialias, as Pillow, A = -0.5). */
function widened(place: number, side: number, scale: number): Float32Array {
  const row = new Float32Array(side)
  const stretch = Math.max(scale, 1)
  const centre = scale * (place + 0.5)
  const first = Math.max(Math.trunc(centre - 2 * stretch + 0.5), 0)
  const end = Math.min(Math.trunc(centre + 2 * stretch + 0.5), side)
  let sum = 0
  for (let j = first; j < end; j++) sum += row[j] = cubic((j - centre + 0.5) / stretch, -0.5)
  return row.map((weight) => weight / sum)
}

/** Keys' convolution kernel (1981, equation 15 with a free a). */
function cubic(distance: number, a: number): number {
  const x = Math.abs(distance)
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1
  return x < 2 ? ((x - 5) * x + 8) * x * a - 4 * a : 0
}
