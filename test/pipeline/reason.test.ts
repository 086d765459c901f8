import assert from 'node:assert/strict'
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {test} from 'node:test'
import type {KeyRecord} from '../../lib/pipeline/key.ts'
import {openHistory} from '../../lib/pipeline/reason.ts'
import {entryFolder} from '../../lib/pipeline/store.ts'

const record = (code: string): KeyRecord => ({
  schema: 1,
  stage: 'train',
  values: {},
  inputs: {},
  external: {},
  code: {'train.ts': code},
  numerics: {},
})

function writeEntry(artifacts: string, key: string, node: string, code: string): void {
  const manifest = {schema: 1, key, record: record(code), node, run: 'toy', startedAt: '2026-01-01', seconds: 1}
  mkdirSync(entryFolder(artifacts, key), {recursive: true})
  writeFileSync(
    join(entryFolder(artifacts, key), 'manifest.json'),
    JSON.stringify({...manifest, outputs: {}, facts: {}}),
  )
}

test('Store and references are read once, however many nodes ask why they run', (t) => {
  const artifacts = mkdtempSync(join(tmpdir(), 'nearmiss-reason-'))
  t.after(() => rmSync(artifacts, {recursive: true, force: true}))
  writeEntry(artifacts, 'aa1', 'train@1', 'old')
  writeEntry(artifacts, 'aa2', 'train@2', 'old')
  mkdirSync(join(artifacts, 'runs/toy'), {recursive: true})
  writeFileSync(join(artifacts, 'runs/toy/run.json'), '{}')
  // train@3 was found under the key of train@2; what train@4 was is gone.
  const refs = {'train@1': 'aa1', 'train@2': 'aa2', 'train@3': 'aa2', 'train@4': 'aa4'}
  writeFileSync(join(artifacts, 'runs/toy/refs.json'), JSON.stringify(refs))
  const history = openHistory(artifacts, 'toy')
  assert.equal(history.explain('train@1', record('new'), []), 'code train.ts changed')
  rmSync(artifacts, {recursive: true})
  assert.equal(history.explain('train@2', record('new'), []), 'code train.ts changed')
  assert.equal(history.explain('train@3', record('new'), []), 'code train.ts changed')
  assert.equal(history.explain('train@4', record('new'), []), 'no longer in the store')
  assert.equal(history.explain('train@5', record('new'), []), 'never computed')
  assert.ok(history.mayHit('train@3', record('old'), []))
  assert.ok(!history.mayHit('train@5', record('old'), []))
})
