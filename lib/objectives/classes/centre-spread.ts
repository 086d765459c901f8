import {free, fromHost, type Raw, read} from '../../engine/op.ts'
import {reshape} from '../../engine/ops/elementwise.ts'
import {stackMatMul} from '../../engine/ops/matrix.ts'
import type {Penalty} from '../regularizers/regularizer.ts'

/**
 * Half the mean of sqrt(2 + floor - 2 cos) over pairs of centres of one class: with floor 0 half their distance. `unit`: centres of unit
 * length [classes * centres, dim], those of a class side by side; it stays the caller's. No gradient where two centres coincide to
 * float32, and nothing at all with one centre a class. Never compares centres of different classes.
 */
export function centreSpread(unit: Raw, classes: number, floor: number): Penalty {
  const [rows, dim] = unit.shape as [number, number]
  const centres = rows / classes
  const stack = reshape(unit, [classes, centres, dim])
  const cosines = stackMatMul(stack, stack, {transposeB: true})
  const values = read(cosines) as Float32Array
  const slopes = new Float32Array(values.length)
  const share = centres === 1 ? 0 : 1 / (classes * centres * (centres - 1))
  let total = 0
  for (let place = 0; place < values.length; place++) {
    const [one, other] = [Math.floor(place / centres) % centres, place % centres]
    if (one === other) continue
    const square = 2 - 2 * Math.min(1, values[place]!)
    const root = Math.sqrt(square + floor)
    total += root / 2
    // Every pair is met twice, once for each of its centres.
    if (square + floor > NOISE) slopes[place] = -share / root
  }
  const weights = fromHost(slopes, [classes, centres, centres])
  const pulls = stackMatMul(weights, stack)
  const gradient = reshape(pulls, [rows, dim])
  free(stack, cosines, weights, pulls)
  return {value: total * share, gradient}
}

/** Squared distances below this are rounding of float32. */
const NOISE = 1e-6
