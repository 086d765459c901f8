import assert from 'node:assert/strict'
import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {test} from 'node:test'
import {parse} from 'yaml'
import {parseWith} from '../lib/pipeline/complaint.ts'
import {parameters} from '../stages/parameters.ts'

interface Tree {
  [name: string]: unknown
}

const pipeline = readFileSync(join(import.meta.dirname, '../pipeline.yaml'), 'utf8')

/** What is complained of when groups of the demo's parameters are changed. */
function complaints(change: (params: Record<string, Tree>) => void): string[] {
  const params = parse(pipeline).params as Record<string, Tree>
  change(params)
  const parsed = parseWith(parameters, params)
  return 'complaints' in parsed ? parsed.complaints.map(({text}) => text) : []
}

test("a user's files are taken where names are, with parameters of any form", () => {
  const found = complaints((params) => {
    Object.assign(params.data!, {format: './readers/mine.ts', own: {list: [1, {deep: true}]}})
    Object.assign(params.model!, {backbone: '../shared/net.mts', own: {depth: 3}})
    params.objective = {loss: './mine.js', own: {sharpness: 8}, miner: null, reducer: {name: 'sum'}}
  })
  assert.deepEqual(found, [])
})

test("a user's loss may be one of several", () => {
  const losses = [{objective: {loss: './mine.ts'}}, {weight: 0.5, objective: {loss: 'triplet'}}]
  assert.deepEqual(
    complaints((params) => {
      params.objective = {loss: 'multiple', losses}
    }),
    [],
  )
})

const refused: [string, Tree, RegExp][] = [
  [
    'a misspelt loss is complained of by the names',
    {loss: 'tripplet'},
    /^objective\.loss cannot be "tripplet"; did you mean "triplet"\?$/,
  ],
  [
    'parameters of a known loss are complained of by its own',
    {loss: 'triplet', margn: 3},
    /^objective\.margn is not known; did you mean "margin"\?$/,
  ],
  [
    "parameters of a user's loss belong under own",
    {loss: './mine.ts', margin: 3},
    /^objective\.margin is not known; known: distance, loss, .*own/,
  ],
  [
    'a loss that is missing is complained of by the names',
    {},
    /^objective\.loss is missing: it must be "contrastive" or /,
  ],
]

for (const [title, objective, message] of refused) {
  test(title, () => {
    const found = complaints((params) => {
      params.objective = objective
    })
    assert.equal(found.length, 1)
    assert.match(found[0]!, message)
  })
}

test('own is refused beside a name, and a file must be one of TypeScript or JavaScript', () => {
  const found = complaints((params) => {
    Object.assign(params.model!, {own: {depth: 3}})
  })
  assert.deepEqual(found.length, 1)
  assert.match(found[0]!, /^model\.own belongs to a backbone of your own, not to resnet18/)
  const python = complaints((params) => {
    Object.assign(params.model!, {backbone: './net.py'})
  })
  assert.match(
    python.join(),
    /^model\.backbone must be "resnet18" or .* or a file of your own like \.\/mine\.ts, got "\.\/net\.py"/,
  )
})
