import assert from 'node:assert/strict'
import {readFileSync} from 'node:fs'
import {resolve} from 'node:path'
import {test} from 'node:test'
import {minerCards} from '../../../lib/objectives/miners/cards.ts'
import {type LossSpec, objectiveParameters} from '../../../lib/objectives/parameters/objective.ts'

const page = readFileSync(resolve(import.meta.dirname, '../../../docs/miners.md'), 'utf8')

test('docs/miners.md lists every miner in the order of the cards, with its parameters and their defaults', () => {
  const rows = page.split('\n').flatMap((line) => {
    const cells = line.replaceAll('\\|', '/').split('|').slice(1, -1)
    return cells.length === 4 && !/---|miner/.test(cells[0]!) ? [cells.map((cell) => cell.trim())] : []
  })
  assert.deepEqual(
    rows.map(([name]) => name),
    minerCards.map(({name}) => name),
  )
  for (const [name, , parameters] of rows) {
    const {miner} = objectiveParameters.parse({loss: 'triplet', miner: {name}}) as LossSpec
    const {name: _, distance, ...own} = miner as {name: string; distance?: unknown}
    assert.equal(
      parameters,
      Object.entries(own)
        .map(([parameter, value]) => `${parameter} (${value})`)
        .join(', '),
      name,
    )
  }
})
