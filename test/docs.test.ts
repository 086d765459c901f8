import assert from 'node:assert/strict'
import {readFileSync} from 'node:fs'
import {resolve} from 'node:path'
import {test} from 'node:test'
import {miningParameters} from '../lib/objectives/parameters/mining.ts'
import {tableDefinitions} from '../lib/tables/catalogue.ts'

const page = readFileSync(resolve(import.meta.dirname, '../docs/artifacts.md'), 'utf8')

test('docs/artifacts.md lists every column of every table as it is', () => {
  for (const {name, meaning, columns} of Object.values(tableDefinitions)) {
    const section = page.split(`## ${name}.arrow\n`)[1]?.split('\n## ')[0] ?? ''
    assert.ok(section.includes(meaning), `${name}: ${meaning}`)
    const rows = Object.entries(columns).map(([column, {type, meaning}]) => `| ${column} | ${type} | ${meaning} |`)
    assert.deepEqual(
      section.split('\n').filter((line) => /^\| [a-z]/.test(line) && line !== '| column | type | meaning |'),
      rows,
    )
  }
})

test('docs/samplers.md tells of every sampler, with the defaults that the schema has', () => {
  const samplers = readFileSync(resolve(import.meta.dirname, '../docs/samplers.md'), 'utf8')
  let compared = 0
  for (const {shape} of miningParameters.options) {
    const name = shape.sampler.value
    const row = samplers.split('\n').find((line) => line.startsWith(`| \`${name}\``))
    assert.ok(row, `${name} has no row in the table`)
    const defaults: Record<string, unknown> = miningParameters.parse({sampler: name})
    for (const [, parameter, value] of row.matchAll(/(\w+) ([\d.,]+|null|false)(?= \||, |$)/g)) {
      if (!(parameter! in defaults)) continue
      assert.equal(String(defaults[parameter!]), value!.replaceAll(',', ''), `${name}: ${parameter}`)
      compared++
    }
  }
  assert.ok(compared >= 30, `only ${compared} defaults were found on the page`)
})
