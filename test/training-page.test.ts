import assert from 'node:assert/strict'
import {readFileSync} from 'node:fs'
import {resolve} from 'node:path'
import {test} from 'node:test'
import {optimizerParameters} from '../lib/model/optimizer-parameters.ts'
import {scheduleParameters} from '../lib/objectives/parameters/schedule.ts'

const page = readFileSync(resolve(import.meta.dirname, '../docs/training.md'), 'utf8')

test('docs/training.md lists every parameter of every optimiser with its default', () => {
  for (const option of optimizerParameters.options) {
    const name = option.shape.name.value
    const defaults = optimizerParameters.parse({name, lr: 1}) as Record<string, unknown>
    const rows = new Map([...rowsOf('## Optimisers'), ...rowsOf(headingOf(name))])
    checkRows(name, Object.keys(option.shape), {...defaults, name: undefined, lr: undefined}, rows)
  }
})

test('docs/training.md lists every parameter of every schedule with its default', () => {
  const required = {milestones: [1], gamma: 0.5, epochs: 1, up_epochs: 1, metric: 'map_at_r'}
  for (const option of scheduleParameters.options) {
    const name = option.shape.name.value
    const keys = Object.keys(option.shape)
    const given = Object.fromEntries(Object.entries(required).filter(([key]) => keys.includes(key)))
    // That of exponential alone has no default.
    if (name !== 'exponential') delete given.gamma
    const defaults = scheduleParameters.parse({name, ...given}) as Record<string, unknown>
    const known = {...defaults, ...Object.fromEntries(Object.keys(given).map((key) => [key, undefined]))}
    const rows = new Map([...rowsOf('## Schedules'), ...rowsOf(headingOf(name))])
    checkRows(
      name,
      keys.filter((key) => key !== 'name'),
      known,
      rows,
    )
  }
})

function checkRows(
  name: string,
  keys: readonly string[],
  defaults: Readonly<Record<string, unknown>>,
  rows: ReadonlyMap<string, string>,
): void {
  for (const key of keys) {
    const cell = rows.get(key)
    assert.ok(cell !== undefined, `${name}: there is no row for ${key}`)
    const value = defaults[key]
    if (value === undefined) continue
    const plain = typeof value === 'string' ? value : JSON.stringify(value).replaceAll(',', ', ')
    const own = cell.split(', ').find((part) => part.startsWith(`${name} `))
    assert.equal(own === undefined ? cell : own.slice(name.length + 1), plain, `${name}.${key}`)
  }
}

/** Parameter -> default, as the tables between this heading and the next have them. */
function rowsOf(heading: string): [string, string][] {
  const section = page.split(`\n${heading}\n`)[1]?.split(/\n##/)[0]
  assert.ok(section !== undefined, `there is no "${heading}"`)
  return section
    .split('\n')
    .filter((line) => /^\| [a-z_]+ \|/.test(line) && !line.startsWith('| parameter'))
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .map(([, key, value]) => [key!, value!])
}

function headingOf(name: string): string {
  const heading = page.split('\n').find((line) => line.startsWith('### ') && line.slice(4).split(', ').includes(name))
  assert.ok(heading !== undefined, `${name} has no section`)
  return heading
}
