import assert from 'node:assert/strict'
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
