import assert from 'node:assert/strict'
import {test} from 'node:test'
import {free, fromHost, liveTensors, read} from '../../lib/engine/op.ts'
import {averagePool} from '../../lib/engine/ops/average-pool.ts'
import {joinChannels} from '../../lib/engine/ops/join-channels.ts'
import {maxPool, type PoolWindow} from '../../lib/engine/ops/max-pool.ts'
import {Tape, Value} from '../../lib/engine/tape.ts'
import {UserError} from '../../lib/user-error.ts'
import {hashed} from '../model/tiny-network.ts'

const channels = 3

for (const window of [
  {size: 3, stride: 2, pad: 1, ceil: false},
  {size: 3, stride: 2, pad: 0, ceil: true},
  {size: 2, stride: 2, pad: 0, ceil: true},
  {size: 3, stride: 1, pad: 1, ceil: true},
] satisfies PoolWindow[]) {
  const {size, stride, pad, ceil} = window
  const name = `${size}x${size} every ${stride}, padded by ${pad}${ceil ? ', ceil mode' : ''}`
  test(`Maxima of windows are PyTorch's on turned pictures, with their gradients (${name})`, () => {
    for (const [height, width] of [
      [8, 8],
      [7, 9],
      [6, 5],
      [2, 3],
    ] as const) {
      const cells = windowsOf(window, height, width)
      // below 0 too: what is put round the picture must never win
      compare(height, width, (x, tape) => maxPool(x, window, tape), {
        rows: cells.length,
        columns: cells[0]!.length,
        weights: (values, row, column, channel) => {
          const inside = cells[row]![column]!
          const largest = inside.reduce((a, b) => (values(b, channel) > values(a, channel) ? b : a))
          return [[largest, 1]]
        },
      })
    }
  })
}

test("Averages of 3x3 count what is outside as 0, as Caffe's, with their gradients", () => {
  const cells = windowsOf({size: 3, stride: 1, pad: 1, ceil: false}, 5, 4)
  compare(5, 4, averagePool, {
    rows: 5,
    columns: 4,
    weights: (_, row, column) => cells[row]![column]!.map((place) => [place, 1 / 9]),
  })
})

test('Channels of maps are joined in order, and each map gets its part of the gradient', () => {
  const before = liveTensors()
  const maps = [2, 5, 1].map((count, i) => {
    return new Value(fromHost(Float32Array.from(hashed(i, 2 * 3 * 4 * count)), [2, 3, 4, count]))
  })
  const parts = maps.map((map) => read(map.raw))
  const tape = new Tape()
  for (const map of maps) map.hold()
  const joined = joinChannels(maps, tape)
  assert.deepEqual(joined.raw.shape, [2, 3, 4, 8])
  const found = read(joined.raw)
  for (let place = 0; place < 24; place++) {
    const expected = parts.flatMap((part) => [
      ...part.slice((place * part.length) / 24, ((place + 1) * part.length) / 24),
    ])
    assert.deepEqual([...found.slice(place * 8, place * 8 + 8)], expected)
  }
  // of the second picture alone, as where the first has no loss
  tape.backward(joined, joined.raw, Int32Array.of(1))
  for (const [i, map] of maps.entries()) {
    const gradient = map.gradient!
    assert.deepEqual(gradient.shape, [1, 3, 4, [2, 5, 1][i]])
    assert.deepEqual([...read(gradient)], [...parts[i]!.slice(parts[i]!.length / 2)])
    free(gradient)
    map.release()
  }
  joined.release()
  assert.equal(liveTensors(), before)
})

test('A map that is too small for a window, and maps of two sizes, are told to the user', () => {
  const map = (side: number) => new Value(fromHost(new Float32Array(side * side), [1, side, side, 1]))
  assert.throws(() => maxPool(map(1), {size: 3, stride: 2, pad: 0, ceil: true}), UserError)
  assert.throws(() => joinChannels([map(7), map(8)]), UserError)
})

/** Places [row, column] that are inside the picture, for every position of a window. */
function windowsOf({size, stride, pad, ceil}: PoolWindow, height: number, width: number) {
  const starts = (length: number) => {
    const all = Array.from({length: length + 1}, (_, i) => i * stride - pad)
    // PyTorch: whole windows; in ceil mode also one that begins inside the picture
    return all.filter(
      (start) => start + size <= length + pad || (ceil && start < length && start - stride + size < length + pad),
    )
  }
  const inside = (start: number, length: number) =>
    Array.from({length: size}, (_, i) => start + i).filter((place) => place >= 0 && place < length)
  return starts(height).map((top) =>
    starts(width).map((left) => inside(top, height).flatMap((y) => inside(left, width).map((x) => [y, x] as const))),
  )
}

type Place = readonly [row: number, column: number]

interface Expected {
  readonly rows: number
  readonly columns: number
  /** Which places of the picture a result is made of, and with which weights; `values` are the picture's. */
  readonly weights: (
    values: (place: Place, channel: number) => number,
    row: number,
    column: number,
    channel: number,
  ) => readonly (readonly [Place, number])[]
}

/** An operation on a turned picture against its definition on the picture as it is, forward and backward. */
function compare(height: number, width: number, operate: (x: Value, tape: Tape) => Value, expected: Expected): void {
  const before = liveTensors()
  const picture = Float32Array.from(hashed(1, height * width * channels), (value) => value - 0.7)
  const {rows, columns, weights} = expected
  const upstream = Float32Array.from(hashed(2, rows * columns * channels))
  const [output, gradient] = [new Float32Array(upstream.length), new Float32Array(picture.length)]
  const at = ([row, column]: Place, channel: number) => (row * width + column) * channels + channel
  for (let i = 0; i < upstream.length; i++) {
    const [row, column, channel] = [
      Math.floor(i / channels / columns),
      Math.floor(i / channels) % columns,
      i % channels,
    ]
    for (const [place, weight] of weights((where, c) => picture[at(where, c)]!, row, column, channel)) {
      output[i]! += weight * picture[at(place, channel)]!
      gradient[at(place, channel)]! += weight * upstream[i]!
    }
  }
  const tape = new Tape()
  const x = new Value(fromHost(turned(picture), [1, height, width, channels])).hold()
  const y = operate(x, tape)
  assert.deepEqual(y.raw.shape, [1, rows, columns, channels])
  assertClose(turned(read(y.raw)), output)
  const given = fromHost(turned(upstream), y.raw.shape)
  tape.backward(y, given)
  assertClose(turned(read(x.gradient!)), gradient)
  free(given, x.gradient!)
  for (const value of [x, y]) value.release()
  assert.equal(liveTensors(), before)
}

/** By 180 degrees: pixels in reverse order, each with its channels in theirs. */
function turned(data: ArrayLike<number>): Float32Array {
  const pixels = data.length / channels
  return Float32Array.from(data, (_, i) => data[(pixels - 1 - Math.floor(i / channels)) * channels + (i % channels)]!)
}

function assertClose(found: ArrayLike<number>, expected: ArrayLike<number>): void {
  assert.equal(found.length, expected.length)
  for (let i = 0; i < found.length; i++) assert.ok(Math.abs(found[i]! - expected[i]!) < 1e-6, `at ${i}`)
}
