import assert from 'node:assert/strict'
import {describe, test} from 'node:test'
import {weightToHost} from '../../lib/engine/layout.ts'
import {free, fromHost, liveTensors, type Raw, read} from '../../lib/engine/op.ts'
import {gem} from '../../lib/engine/ops/gem.ts'
import {l2} from '../../lib/engine/ops/l2.ts'
import {linear} from '../../lib/engine/ops/linear.ts'
import {mac, spoc} from '../../lib/engine/ops/pooling.ts'
import {Parameter} from '../../lib/engine/parameter.ts'
import {Tape, Value} from '../../lib/engine/tape.ts'
import {golden} from '../golden.ts'

type Nested = number | Nested[]

interface Entry {
  readonly id: string
  readonly inputs: Readonly<Record<string, Nested>>
  readonly output: Nested
  readonly upstream_gradient: Nested
  readonly [gradient: `grad_${string}`]: Nested
}

type Apply = (x: Value, parameter: (name: string) => Parameter, tape: Tape) => Value

/** By the beginning of the id. */
const families: Readonly<Record<string, Apply>> = {
  'gem/': (x, parameter, tape) => gem(x, parameter('p'), tape),
  'gemmp/': (x, parameter, tape) => gem(x, parameter('p'), tape),
  'mac/': (x, _, tape) => mac(x, tape),
  'spoc/': (x, _, tape) => spoc(x, tape),
  'l2n/eps-added': (x, _, tape) => l2(x, 'added', tape),
  'l2n/spec-golden': (x, _, tape) => l2(x, 'added', tape),
  'l2n/eps-clamped': (x, _, tape) => l2(x, 'clamped', tape),
  'linear-whitening': (x, parameter, tape) =>
    l2(linear(l2(x, 'added', tape), parameter('weight'), parameter('bias'), tape), 'added', tape),
  'full-head': (x, parameter, tape) =>
    l2(
      linear(l2(gem(x, parameter('p'), tape), 'added', tape), parameter('weight'), parameter('bias'), tape),
      'added',
      tape,
    ),
  'embedding-head': (x, parameter, tape) =>
    l2(linear(spoc(x, tape), parameter('weight'), parameter('bias'), tape), 'clamped', tape),
}
/** Descriptors of several scales are not an operation of the network. */
const elsewhere = ['multiscale']

const {entries} = golden('heads.json') as {entries: Entry[]}

describe('heads and their gradients equal the reference', () => {
  test('every entry of the file is run, and every family has one', () => {
    const prefixes = [...Object.keys(families), ...elsewhere]
    assert.deepEqual(
      entries.map(({id}) => id).filter((id) => !prefixes.some((prefix) => id.startsWith(prefix))),
      [],
    )
    for (const prefix of Object.keys(families))
      assert.ok(
        entries.some(({id}) => id.startsWith(prefix)),
        prefix,
      )
  })

  for (const entry of entries) {
    const family = Object.entries(families).find(([prefix]) => entry.id.startsWith(prefix))
    if (family !== undefined) test(entry.id, () => compare(entry, family[1]))
  }
})

function compare({inputs, output: expected, upstream_gradient: upstream, ...entry}: Entry, apply: Apply): void {
  const before = liveTensors()
  const parameters = new Map<string, Parameter>()
  const parameter = (name: string) => {
    const values = inputs[name]!
    const made = new Parameter(name, Float32Array.from(flat(values)), shapeOf(values))
    parameters.set(name, made)
    return made
  }
  const x = new Value(toRows(inputs.x!)).hold()
  const tape = new Tape()
  const output = apply(x, parameter, tape)
  assertClose(read(output.raw), flat(expected), 1e-6, 'output')
  const gradient = fromHost(Float32Array.from(flat(upstream)), output.raw.shape)
  tape.backward(output, gradient)

  const wanted = toRows(entry.grad_x!)
  compareGradient('x', read(x.gradient!), read(wanted))
  for (const [name, made] of parameters) {
    const raw = made.takeGradient()!
    const reference = entry[`grad_${name}`]
    if (reference !== undefined) compareGradient(name, weightToHost(raw), flat(reference))
    free(raw)
  }
  free(gradient, wanted, x.gradient!)
  for (const made of parameters.values()) made.dispose()
  x.release()
  output.release()
  assert.equal(liveTensors(), before)
}

/** [images][channels][height][width] as [images, height, width, channels]; [images][dim] as it is. */
function toRows(nested: Nested): Raw {
  if (shapeOf(nested).length === 2) return fromHost(Float32Array.from(flat(nested)), shapeOf(nested))
  const maps = nested as number[][][][]
  const [channels, height, width] = [maps[0]!.length, maps[0]![0]!.length, maps[0]![0]![0]!.length]
  const values = maps.flatMap((image) =>
    image[0]!.flatMap((row, y) => row.flatMap((_, x) => image.map((channel) => channel[y]![x]!))),
  )
  return fromHost(Float32Array.from(values), [maps.length, height, width, channels])
}

/** One number is a vector of one. */
function shapeOf(nested: Nested): number[] {
  const lengths = (part: Nested): number[] => (typeof part === 'number' ? [] : [part.length, ...lengths(part[0]!)])
  return typeof nested === 'number' ? [1] : lengths(nested)
}

function flat(nested: Nested): number[] {
  return typeof nested === 'number' ? [nested] : nested.flatMap(flat)
}

function compareGradient(what: string, actual: ArrayLike<number>, expected: ArrayLike<number>): void {
  const largest = Math.max(...Array.from(expected, Math.abs))
  assertClose(actual, expected, 1e-5 * largest, `gradient of ${what}`)
}

function assertClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number, what: string): void {
  assert.equal(actual.length, expected.length, what)
  for (let i = 0; i < expected.length; i++) {
    assert.ok(
      Math.abs(actual[i]! - expected[i]!) <= tolerance,
      `${what}: number ${i} is ${actual[i]}, not ${expected[i]}`,
    )
  }
}
