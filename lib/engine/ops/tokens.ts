// Between maps [images, height, width, channels] and sequences of tokens [images, tokens, channels]: first the class token, then registers,
// then the patches row by row. Patches lie turned like their map (convolution.ts); their order does not matter to attention.
import {free, type Raw} from '../op.ts'
import type {Parameter} from '../parameter.ts'
import {type Tape, Value} from '../tape.ts'
import {concatenate, pad, slice} from './arrange.ts'
import {add, cast, columnSums, reshape} from './elementwise.ts'
import {type Resampling, resamplePositions, resamplePositionsGradient} from './position-grid.ts'

/** What is put before and added to the patches; rows as packages have them, not turned. */
export interface TokenWeights {
  /** [1, 1, channels] */
  readonly classToken: Parameter
  /** [1, 1 + side * side, channels]: of the class token, then of the patches of the trained size. */
  readonly positions: Parameter
  /** [1, registers, channels]; they have no position. */
  readonly registers: Parameter | undefined
  /** How positions fit another grid. */
  readonly resampling: Resampling
}

/** Patches as tokens behind the class token and the registers, with positions added; consumes the map. */
export function embedTokens(map: Value, weights: TokenWeights, tape?: Tape): Value {
  const [images, height, width, channels] = map.raw.shape as [number, number, number, number]
  const dtype = map.raw.dtype
  const before = 1 + (weights.registers?.shape[1] ?? 0)
  const tokens = before + height * width
  const table = tokenTable(weights, height, width, dtype)
  const sequence = reshape(map.raw, [images, height * width, channels])
  const padded = pad(sequence, [
    [0, 0],
    [before, 0],
    [0, 0],
  ])
  const output = new Value(add(padded, table))
  free(table, sequence, padded)
  tape?.record({
    output,
    kept: [],
    backward: (gradient) => {
      map.addGradient(patchesOf(gradient, before, height, width))
      const rows = reshape(gradient, [-1, tokens * channels])
      const sums = columnSums(rows)
      addTableGradient(sums, weights, height, width)
      free(gradient, rows, sums)
    },
  })
  map.release()
  return output
}

/** The class token as a map of one position. Consumes its input. */
export function classToken(tokens: Value, tape?: Tape): Value {
  const [images, count, channels] = tokens.raw.shape as [number, number, number]
  const first = slice(tokens.raw, [0, 0, 0], [images, 1, channels])
  const output = new Value(reshape(first, [images, 1, 1, channels]))
  free(first)
  tape?.record({
    output,
    kept: [],
    backward: (gradient) => {
      const row = reshape(gradient, [-1, 1, channels])
      tokens.addGradient(
        pad(row, [
          [0, 0],
          [0, count - 1],
          [0, 0],
        ]),
      )
      free(gradient, row)
    },
  })
  tokens.release()
  return output
}

/** The patches, which have so many tokens before them, as a map of the size of `like`, of which nothing else is used. Consumes both. */
export function patchMap(tokens: Value, like: Value, before: number, tape?: Tape): Value {
  const [, height, width] = like.raw.shape as [number, number, number]
  const channels = tokens.raw.shape[2]!
  const output = new Value(patchesOf(tokens.raw, before, height, width))
  tape?.record({
    output,
    kept: [],
    backward: (gradient) => {
      const rows = reshape(gradient, [-1, height * width, channels])
      tokens.addGradient(
        pad(rows, [
          [0, 0],
          [before, 0],
          [0, 0],
        ]),
      )
      free(gradient, rows)
    },
  })
  tokens.release()
  like.release()
  return output
}

function patchesOf(tokens: Raw, before: number, height: number, width: number): Raw {
  const [images, , channels] = tokens.shape as [number, number, number]
  const block = slice(tokens, [0, before, 0], [images, height * width, channels])
  const map = reshape(block, [images, height, width, channels])
  free(block)
  return map
}

/** What is added to the sequence, [tokens, channels]. */
function tokenTable(
  {classToken, positions, registers, resampling}: TokenWeights,
  height: number,
  width: number,
  dtype: number,
) {
  const [first, grid] = cutPositions(positions)
  const patches = resamplePositions(grid, height, width, resampling)
  const own = reshape(classToken.raw, [1, -1])
  const start = add(own, first)
  const middle = registers === undefined ? [] : [reshape(registers.raw, [registers.shape[1]!, -1])]
  const table = concatenate([start, ...middle, patches])
  const typed = cast(table, dtype)
  free(first, grid, patches, own, start, ...middle, table)
  return typed
}

/** The class token's position [1, channels] and those of the patches [side * side, channels]. */
function cutPositions({raw}: Parameter): [Raw, Raw] {
  const [, rows, channels] = raw.shape as [number, number, number]
  const table = reshape(raw, [rows, channels])
  const parts: [Raw, Raw] = [slice(table, [0, 0], [1, channels]), slice(table, [1, 0], [rows - 1, channels])]
  free(table)
  return parts
}

/** From the gradient of the table, as one float32 vector. */
function addTableGradient(sums: Raw, weights: TokenWeights, height: number, width: number): void {
  const {classToken, positions, registers, resampling} = weights
  const [, rows, channels] = positions.raw.shape as [number, number, number]
  const count = registers?.shape[1] ?? 0
  const table = reshape(sums, [-1, channels])
  const first = slice(table, [0, 0], [1, channels])
  const patches = slice(table, [1 + count, 0], [height * width, channels])
  const grid = resamplePositionsGradient(patches, height, width, {rows: rows - 1, resampling})
  const joined = concatenate([first, grid])
  classToken.addGradient(reshape(first, classToken.raw.shape))
  positions.addGradient(reshape(joined, positions.raw.shape))
  if (registers !== undefined) {
    const middle = slice(table, [1, 0], [count, channels])
    registers.addGradient(reshape(middle, registers.raw.shape))
    free(middle)
  }
  free(table, first, patches, grid, joined)
}
