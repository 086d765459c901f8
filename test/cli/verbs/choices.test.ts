import assert from 'node:assert/strict'
import {test} from 'node:test'
import {lossCards} from '../../../lib/objectives/losses/cards.ts'
import {minerCards} from '../../../lib/objectives/miners/cards.ts'
import {nearmiss, temporaryFolder} from '../rig.ts'

test('Losses are listed by name, title and source, in 80 columns', async (context) => {
  const {code, stdout} = await nearmiss(await temporaryFolder(context), 'losses')
  assert.equal(code, 0)
  const lines = stdout.trimEnd().split('\n')
  assert.deepEqual(
    lines.slice(1).map((line) => line.split(' ')[0]),
    [...lossCards.map(({name}) => name), 'multiple'],
  )
  assert.ok(lines.every((line) => line.length <= 80))
  assert.ok(
    lines.some((line) => /^triplet +Triplet loss +Schroff et al\. 2015$/.test(line)),
    stdout,
  )
})

test('A loss tells its formula, its paper, and what may be set with range and default', async (context) => {
  const {stdout} = await nearmiss(await temporaryFolder(context), 'losses', 'margin')
  assert.match(stdout, /^margin {2}Margin loss\n\nformula {3}sum over \(a, p, n\)/)
  assert.match(stdout, /\nsource {4}Wu et al\. 2017/)
  assert.match(stdout, /\ntrains {4}weights of its own/)
  assert.match(stdout, /\nmargin {6}0\.2 {6}-4 … 4 {11}half the width of the strip around beta\n/)
  assert.ok(stdout.split('\n').every((line) => line.length <= 80))
})

test('Miners are listed and told as JSON too', async (context) => {
  const folder = await temporaryFolder(context)
  const all = JSON.parse((await nearmiss(folder, 'miners', '--json')).stdout) as {name: string}[]
  assert.deepEqual(
    all.map(({name}) => name),
    minerCards.map(({name}) => name),
  )
  const one = JSON.parse((await nearmiss(folder, 'miners', 'triplet-margin', '--json')).stdout) as {
    parameters: {name: string; default: unknown; values: string}[]
  }
  const keeps = one.parameters.find(({name}) => name === 'keeps')
  assert.deepEqual([keeps?.default, keeps?.values], ['violating', 'violating, hard, semi-hard, easy'])
})

test('A name that is none of the list is refused with the nearest one', async (context) => {
  const {code, stderr} = await nearmiss(await temporaryFolder(context), 'losses', 'marign')
  assert.equal(code, 2)
  assert.equal(stderr, 'nearmiss: marign is none of the losses; did you mean "margin"?\n')
})
