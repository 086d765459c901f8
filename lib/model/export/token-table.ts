import {resamplingMatrices} from '../../engine/ops/position-grid.ts'
import type {StateDict} from '../../engine/state-dict.ts'
import type {TokensShape} from '../layers/embed-tokens.ts'
import {floatsOf} from './floats-of.ts'

/**
 * What a transformer adds to the patches of a square picture, behind zeros for the tokens before them: class token, registers and positions,
 * [tokens, channels], rows as they are in an upright picture.
 */
export function tokenTable(weights: StateDict, {channels, side, registers, resampling}: TokensShape, grid: number) {
  const positions = floatsOf(weights, 'pos_embed')
  const before = 1 + registers
  const table = new Float32Array((before + grid * grid) * channels)
  floatsOf(weights, 'cls_token').forEach((value, c) => {
    table[c] = value + positions[c]!
  })
  if (registers > 0) table.set(floatsOf(weights, 'register_tokens'), channels)
  const {down, across} = resamplingMatrices(side, grid, grid, resampling)
  const row = new Float64Array(channels)
  for (let place = 0; place < grid * grid; place++) {
    row.fill(0)
    const [ofRows, ofColumns] = [down[Math.floor(place / grid)]!, across[place % grid]!]
    for (let y = 0; y < side; y++) {
      if (ofRows[y] === 0) continue
      for (let x = 0; x < side; x++) {
        const share = ofRows[y]! * ofColumns[x]!
        if (share === 0) continue
        const start = (1 + y * side + x) * channels
        for (let c = 0; c < channels; c++) row[c]! += share * positions[start + c]!
      }
    }
    table.set(row, (before + place) * channels)
  }
  return {table, before, tokens: before + grid * grid}
}
