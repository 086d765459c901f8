import assert from 'node:assert/strict'
import {readFileSync} from 'node:fs'
import {resolve} from 'node:path'
import {test} from 'node:test'
import {conventions} from '../../lib/metrics/conventions.ts'
import {clusteringNames, retrievalNames, spaceNames} from '../../lib/metrics/names.ts'
import {metricsParameters} from '../../lib/metrics/parameters.ts'

const page = readFileSync(resolve(import.meta.dirname, '../../docs/metrics.md'), 'utf8')

test('docs/metrics.md has a row for every metric, convention and parameter', () => {
  const rows = (...names: readonly string[]) => names.filter((name) => !page.includes(`\n| ${name} |`))
  assert.deepEqual(rows(...retrievalNames, ...clusteringNames, ...spaceNames), [])
  assert.deepEqual(rows(...Object.keys(conventions)), [])
  assert.deepEqual(rows(...Object.keys(metricsParameters.shape)), [])
})

test('what it says of removing the query and of queries with nothing to find is what the conventions do', () => {
  for (const [name, {self, withoutRelevant}] of Object.entries(conventions)) {
    const [, , own, none] = page
      .split(`\n| ${name} |`)[1]!
      .split('\n')[0]!
      .split('|')
      .map((cell) => cell.trim())
      .toSpliced(0, 0, '', '')
    assert.equal(own, self === 'by-id' ? 'by id' : 'first column')
    assert.ok(none!.startsWith(withoutRelevant === 'left-out' ? 'left out' : '0'))
  }
})
