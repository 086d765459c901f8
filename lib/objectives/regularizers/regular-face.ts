import {free, fromHost, INT32, type Raw, read, run, type} from '../../engine/op.ts'
import {slice} from '../../engine/ops/arrange.ts'
import {filled, gatherRows, times} from '../../engine/ops/elementwise.ts'
import {addToRows, placesInRows, readEntries, withEntries} from '../../engine/ops/entries.ts'
import {matMul} from '../../engine/ops/matrix.ts'
import {openVectors} from '../vectors.ts'
import type {Regularizer} from './regularizer.ts'

export const of = 'class-weights'

/** Mean cosine with the nearest other row. */
export const penalise: Regularizer<unknown> = ({rows}) => {
  const count = rows.shape[0]!
  if (count === 1) return {value: 0, gradient: filled(0, rows.shape)}
  const vectors = openVectors(rows)
  const unit = vectors.tensor('unit')
  const {nearest, cosines} = nearestOthers(unit)
  const partners = fromHost(nearest, [count])
  // A cosine pulls at both of its rows.
  const pulls = addToRows(gatherRows(unit, partners), nearest, unit)
  const gradient = vectors.fromTensor('unit', times(pulls, 1 / count))
  free(partners, pulls)
  vectors.dispose()
  return {value: cosines.reduce((total, cosine) => total + cosine, 0) / count, gradient}
}

/** Cosines that are looked at together: 16 MB. */
const BLOCK = 2 ** 22

/** Of every row the row with the largest cosine, itself left out. */
function nearestOthers(unit: Raw): {nearest: Int32Array; cosines: Float64Array} {
  const [count, dim] = unit.shape as [number, number]
  const nearest = new Int32Array(count)
  const cosines = new Float64Array(count)
  const size = Math.max(1, Math.floor(BLOCK / count))
  for (let start = 0; start < count; start += size) {
    const height = Math.min(size, count - start)
    const block = slice(unit, [start, 0], [height, dim])
    const own = placesInRows(Int32Array.from({length: height}, (_, row) => start + row))
    const products = withEntries(matMul(block, unit, {transposeB: true}), own, new Float32Array(height).fill(-2))
    const best = largestColumns(products)
    nearest.set(best, start)
    cosines.set(readEntries(products, placesInRows(best)), start)
    free(block, products)
  }
  return {nearest, cosines}
}

function largestColumns(matrix: Raw): Int32Array {
  const axis = fromHost(Int32Array.of(1), [])
  const columns = run(
    'ArgMax',
    [matrix, axis],
    [type('T', matrix.dtype), type('Tidx', INT32), type('output_type', INT32)],
  )
  const values = read(columns) as Int32Array
  free(axis, columns)
  return values
}
