import assert from 'node:assert/strict'
import {test} from 'node:test'
import {free, fromHost, type Raw, read} from '../../lib/engine/op.ts'
import {mac, spoc} from '../../lib/engine/ops/pooling.ts'
import {Tape, Value} from '../../lib/engine/tape.ts'
import {golden} from '../golden.ts'

type Nested = number | Nested[]

interface HeadEntry {
  id: string
  inputs: {x: Nested}
  output: Nested
  upstream_gradient: Nested
  grad_x: Nested
}

const {entries} = golden('heads.json') as {entries: HeadEntry[]}

for (const [family, pool] of [
  ['mac', mac],
  ['spoc', spoc],
] as const) {
  const cases = entries.filter(({id}) => id.startsWith(`${family}/`))

  test(`The golden file has cases of ${family}`, () => {
    assert.ok(cases.length >= 1, `no case of the family ${family} in heads.json`)
  })

  for (const {id, inputs, output: expected, upstream_gradient: upstream, grad_x: expectedGradient} of cases) {
    test(`${id}: pooled vectors and gradients are the reference's`, () => {
      const map = new Value(toLastChannel(inputs.x)).hold()
      const tape = new Tape()
      const output = pool(map, tape)
      assertClose(read(output.raw), flat(expected), 1e-6)
      const gradient = fromHost(Float32Array.from(flat(upstream)), output.raw.shape)
      tape.backward(output, gradient)
      const largest = Math.max(...flat(expectedGradient).map(Math.abs))
      const wanted = toLastChannel(expectedGradient)
      assertClose(read(map.gradient!), read(wanted), 1e-5 * largest)
      free(gradient, wanted, map.gradient!)
      map.release()
      output.release()
    })
  }
}

/** [images][channels][height][width] as a tensor [images, height, width, channels]. */
function toLastChannel(nested: Nested): Raw {
  const maps = nested as number[][][][]
  const [channels, height, width] = [maps[0]!.length, maps[0]![0]!.length, maps[0]![0]![0]!.length]
  const values = maps.flatMap((image) =>
    image[0]!.flatMap((row, y) => row.flatMap((_, x) => image.map((channel) => channel[y]![x]!))),
  )
  return fromHost(Float32Array.from(values), [maps.length, height, width, channels])
}

function flat(nested: Nested): number[] {
  return typeof nested === 'number' ? [nested] : nested.flatMap(flat)
}

function assertClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  assert.equal(actual.length, expected.length)
  for (let i = 0; i < expected.length; i++) {
    assert.ok(Math.abs(actual[i]! - expected[i]!) <= tolerance, `number ${i} is ${actual[i]}, not ${expected[i]}`)
  }
}
