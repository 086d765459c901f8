import assert from 'node:assert/strict'
import {readFileSync} from 'node:fs'
import {resolve} from 'node:path'
import {test} from 'node:test'
import {free, fromHost, read} from '../../lib/engine/op.ts'
import {regions, rmac} from '../../lib/engine/ops/rmac.ts'
import {Tape, Value} from '../../lib/engine/tape.ts'
import {hashed} from '../model/tiny-network.ts'

interface Case {
  readonly height: number
  readonly width: number
  readonly squares: [top: number, left: number, size: number][]
  readonly output: number[]
  readonly gradient: number[]
}

const {cases} = JSON.parse(readFileSync(resolve(import.meta.dirname, 'rmac.json'), 'utf8')) as {cases: Case[]}
const [images, channels] = [2, 3]

assert.equal(cases.length, 8)
for (const {height, width, squares, output: expected, gradient: expectedGradient} of cases) {
  test(`R-MAC of a map of ${height} x ${width} has the regions, values and gradients of the reference`, () => {
    assert.deepEqual(
      regions(height, width).map(({top, left, size}) => [top, left, size]),
      squares,
    )
    const map = new Value(lastChannel(hashed(1, images * channels * height * width), height, width)).hold()
    const tape = new Tape()
    const output = rmac(map, tape)
    assertClose(read(output.raw), expected, 1e-6 * Math.max(...expected.map(Math.abs)))
    const upstream = fromHost(Float32Array.from(hashed(2, images * channels)), [images, channels])
    tape.backward(output, upstream)
    const wanted = lastChannel(expectedGradient, height, width)
    assertClose(read(map.gradient!), read(wanted), 1e-5 * Math.max(...expectedGradient.map(Math.abs)))
    free(upstream, wanted, map.gradient!)
    map.release()
    output.release()
  })
}

/** From [images, channels, height, width] to [images, height, width, channels], turned by 180 degrees as maps are in the engine. */
function lastChannel(values: ArrayLike<number>, height: number, width: number) {
  const positions = height * width
  const moved = Float32Array.from({length: values.length}, (_, i) => {
    const [image, position, channel] = [
      Math.floor(i / (positions * channels)),
      Math.floor(i / channels) % positions,
      i % channels,
    ]
    return values[(image * channels + channel) * positions + (positions - 1 - position)]!
  })
  return fromHost(moved, [images, height, width, channels])
}

function assertClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  assert.equal(actual.length, expected.length)
  for (let i = 0; i < expected.length; i++) {
    assert.ok(Math.abs(actual[i]! - expected[i]!) <= tolerance, `number ${i} is ${actual[i]}, not ${expected[i]}`)
  }
}
