import assert from 'node:assert/strict'
import {test} from 'node:test'
import fc from 'fast-check'
import {canonicalJson} from '../../lib/pipeline/canonical.ts'
import {type KeyRecord, keyOf} from '../../lib/pipeline/key.ts'
import {differences} from '../../lib/pipeline/reason.ts'

const plain = fc.jsonValue()
const names = fc.dictionary(fc.string(), fc.string())
const record: fc.Arbitrary<KeyRecord> = fc.record({
  schema: fc.constant(1),
  stage: fc.string(),
  values: fc.dictionary(fc.string(), plain),
  inputs: names,
  external: names,
  code: names,
  numerics: names,
})

test('canonical JSON reads back as the value, whatever the order of its keys', () => {
  fc.assert(
    fc.property(plain, (value) => {
      assert.deepEqual(JSON.parse(canonicalJson(value)), JSON.parse(JSON.stringify(value)))
      assert.equal(canonicalJson(reversed(value)), canonicalJson(value))
    }),
  )
})

test('canonical JSON refuses numbers that JSON cannot hold', () => {
  for (const number of [Number.NaN, Number.POSITIVE_INFINITY])
    assert.throws(() => canonicalJson({margin: number}), TypeError)
})

test('records have equal keys exactly when they are equal', () => {
  fc.assert(
    fc.property(record, record, (a, b) => {
      assert.equal(keyOf(structuredClone(a)), keyOf(a))
      assert.equal(keyOf(a) === keyOf(b), canonicalJson(a) === canonicalJson(b))
    }),
  )
})

test('every change of a record changes its key', () => {
  const groups = ['inputs', 'external', 'code', 'numerics'] as const
  fc.assert(
    fc.property(record, fc.constantFrom(...groups), fc.string(), fc.string(), (before, group, name, digest) => {
      const after = {...before, [group]: {...before[group], [name]: `${digest}!`}}
      assert.notEqual(keyOf(after), keyOf(before))
      assert.equal(differences(before, after, []).length, 1)
    }),
  )
})

test('a name that moves from one group to another changes the key', () => {
  const before: KeyRecord = {schema: 1, stage: 's', values: {}, inputs: {a: '1'}, external: {}, code: {}, numerics: {}}
  assert.notEqual(keyOf({...before, inputs: {}, external: {a: '1'}}), keyOf(before))
})

test('differences are told by what a person would change, at most in the words of the record', () => {
  const before: KeyRecord = {
    schema: 1,
    stage: 'train',
    values: {objective: {loss: 'triplet', margin: 0.1}, seed: 0},
    inputs: {model: 'a', batches: 'a'},
    external: {'data.root': 'a'},
    code: {'lib/a.ts': 'a', 'lib/b.ts': 'b', 'npm:zod': '4.6.6'},
    numerics: {threads: '2'},
  }
  const after: KeyRecord = {
    ...before,
    values: {objective: {loss: 'triplet', margin: 0.2}, image: {size: 64}},
    inputs: {model: 'b', batches: 'b'},
    external: {'data.root': 'b'},
    code: {'lib/a.ts': 'b', 'lib/c.ts': 'c', 'npm:zod': '4.6.7'},
    numerics: {threads: '4'},
  }
  assert.deepEqual(differences(before, after, ['batches']), [
    'objective.margin 0.1 -> 0.2',
    'seed removed',
    'image.size set to 64',
    'data.root: its files changed',
    'code lib/a.ts changed',
    'code lib/b.ts left',
    'package zod "4.6.6" -> "4.6.7"',
    'code lib/c.ts joined',
    'threads "2" -> "4"',
    'input model changed',
  ])
})

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, inner]) => [name, reversed(inner)]),
  )
}
