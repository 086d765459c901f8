import {resamplingMatrices} from '../engine/ops/position-grid.ts'
import type {TensorLayout} from './tensor-layout.ts'
import {hostDtype, loadTensor, type StoredTensor} from './tensor-source.ts'

/** The tensors of a file with positions that fit the network, and what was done to them, a sentence each. */
export interface FittedTensors {
  readonly tensors: ReadonlyMap<string, StoredTensor>
  readonly notes: readonly string[]
}

/**
 * Resamples a transformer's positions that belong to pictures of another size onto the grid of the network, as timm does when it loads a file
 * (resample_abs_pos_embed: bicubic, antialiased); the class token's stays as it is. What is no square grid, or has other channels, is left alone: misfits tells of it.
 */
export function fitPositions(
  tensors: ReadonlyMap<string, StoredTensor>,
  layout: readonly TensorLayout[],
): FittedTensors {
  const wanted = layout.find(({name}) => name === 'pos_embed')
  const stored = tensors.get('pos_embed')
  const sides = wanted && stored && hostDtype(stored.dtype) === 'F32' ? sidesOf(stored.shape, wanted.shape) : undefined
  if (wanted === undefined || stored === undefined || sides === undefined) return {tensors, notes: []}
  const {from, to} = sides
  const read = async () => {
    const {data} = await loadTensor(stored)
    return new Uint8Array(resample(data as Float32Array, sides, stored.shape[2]!).buffer)
  }
  return {
    tensors: new Map([...tensors, ['pos_embed', {dtype: 'F32', shape: wanted.shape, read}]]),
    notes: [
      `Positions (pos_embed) are those of ${from} x ${from} patches there, and of ${to} x ${to} here: resampled as timm does (bicubic, antialiased), the class token's kept.`,
    ],
  }
}

interface Sides {
  readonly from: number
  readonly to: number
}

/** Of two shapes [1, 1 + side², channels]; undefined where one is no such shape, or they are equal. */
function sidesOf(stored: readonly number[], wanted: readonly number[]): Sides | undefined {
  const [from, to] = [stored, wanted].map((shape) => Math.sqrt(shape[1]! - 1)) as [number, number]
  const isGrid = stored.length === 3 && stored[0] === 1 && stored[2] === wanted[2] && from > 1 && Number.isInteger(from)
  return isGrid && from !== to ? {from, to} : undefined
}

/** From [1 + from², channels] to [1 + to², channels]. */
function resample(positions: Float32Array, {from, to}: Sides, channels: number): Float32Array<ArrayBuffer> {
  const {down, across} = resamplingMatrices(from, to, to, {antialias: true, offset: 0})
  const grid = positions.subarray(channels)
  const lowered = new Float64Array(to * from * channels)
  down.forEach((weights, row) => {
    addRows(lowered, row * from * channels, {rows: grid, length: from * channels, weights})
  })
  const result = new Float32Array((1 + to * to) * channels)
  result.set(positions.subarray(0, channels))
  const place = new Float64Array(channels)
  for (let row = 0; row < to; row++) {
    const line = lowered.subarray(row * from * channels, (row + 1) * from * channels)
    across.forEach((weights, column) => {
      addRows(place.fill(0), 0, {rows: line, length: channels, weights})
      result.set(place, (1 + row * to + column) * channels)
    })
  }
  return result
}

/** Adds a weighted sum of rows of some length to `sums`, from `start` on. */
function addRows(
  sums: Float64Array,
  start: number,
  {rows, length, weights}: {readonly rows: ArrayLike<number>; readonly length: number; readonly weights: Float32Array},
): void {
  weights.forEach((weight, row) => {
    if (weight !== 0) for (let i = 0; i < length; i++) sums[start + i]! += weight * rows[row * length + i]!
  })
}
