import assert from 'node:assert/strict'
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {test} from 'node:test'
import {findRun, readRefs, runFolder} from '../../lib/pipeline/runs.ts'

test('A run that is not there is none; one whose record somebody broke is not begun anew in silence', (context) => {
  const artifacts = mkdtempSync(join(tmpdir(), 'nearmiss-runs-'))
  context.after(() => rmSync(artifacts, {recursive: true}))
  assert.equal(findRun(artifacts, 'demo'), undefined)
  assert.deepEqual(readRefs(artifacts, 'demo'), {})
  mkdirSync(runFolder(artifacts, 'demo'), {recursive: true})
  for (const [file, read] of [
    ['run.json', findRun],
    ['refs.json', readRefs],
  ] as const) {
    writeFileSync(join(runFolder(artifacts, 'demo'), file), '{"schema": 1,')
    assert.throws(() => read(artifacts, 'demo'), {
      name: 'UserError',
      message: new RegExp(`${file} cannot be read as JSON`),
    })
  }
})
