import assert from 'node:assert/strict'
import {readFileSync} from 'node:fs'
import {resolve} from 'node:path'
import {test} from 'node:test'
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
