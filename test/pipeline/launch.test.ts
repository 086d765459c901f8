import assert from 'node:assert/strict'
import {fork} from 'node:child_process'
import {once} from 'node:events'
import {resolve} from 'node:path'
import {test} from 'node:test'
import {stageEnvironment} from '../../lib/pipeline/launch.ts'

test('a stage sees of the environment only what cannot change its numbers, or is in its key', () => {
  const environment = {
    PATH: '/bin',
    HOME: '/home/me',
    NEARMISS_THREADS: '2',
    TF_ENABLE_ONEDNN_OPTS: '0',
    OMP_NUM_THREADS: '1',
    NODE_OPTIONS: '--inspect',
    AWS_SECRET_ACCESS_KEY: 'secret',
    UNSET: undefined,
  }
  assert.deepEqual(stageEnvironment(environment), {PATH: '/bin', HOME: '/home/me', NEARMISS_THREADS: '2'})
})

test('a stage whose runner was gone before it began ends itself, and holds no lease for ever', async () => {
  const stage = fork(resolve(import.meta.dirname, '../../lib/pipeline/stage-process.ts'), {
    execArgv: ['--import', 'tsx'],
  })
  stage.disconnect()
  const [code, signal] = await once(stage, 'exit', {signal: AbortSignal.timeout(60_000)})
  assert.deepEqual([code, signal], [null, 'SIGKILL'])
})
