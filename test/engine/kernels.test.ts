import assert from 'node:assert/strict'
import {execFile} from 'node:child_process'
import {resolve} from 'node:path'
import {test} from 'node:test'

test("Without oneDNN TensorFlow's public operations take over, with the same numbers", async () => {
  const path = resolve(import.meta.dirname, '../model/network.test.ts')
  const output = await new Promise<string>((done) => {
    const args = ['--import', 'tsx', '--test', '--test-name-pattern', 'computes what PyTorch does', path]
    // node:test tells its children apart by this variable; here the child is to be a run of its own
    const {NODE_TEST_CONTEXT: _, ...environment} = process.env
    execFile(process.execPath, args, {env: {...environment, TF_ENABLE_ONEDNN_OPTS: '0'}}, (_error, stdout) =>
      done(stdout),
    )
  })
  assert.match(output, /pass 12\b/, output)
  assert.match(output, /fail 0\b/, output)
})
