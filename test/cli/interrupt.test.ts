import assert from 'node:assert/strict'
import {test} from 'node:test'
import {endedEarly, interruptible} from '../../lib/cli/interrupt.ts'

test('Ctrl-C ends what has nothing to save, once, and listens no longer than that', async () => {
  const before = process.listenerCount('SIGINT')
  const ended = await interruptible(async (stop) => {
    process.emit('SIGINT', 'SIGINT')
    return endedEarly(1, [], stop)
  })
  assert.deepEqual([ended.name, ended.message], ['Interrupted', 'stopped'])
  assert.equal(process.listenerCount('SIGINT'), before)
})

test('Problems of a stage are told before its exit code', () => {
  const {signal} = new AbortController()
  assert.equal(endedEarly(1, ['a', 'b'], signal).message, 'a\nb')
  assert.equal(endedEarly(6, [], signal).message, 'the stage ended with exit code 6')
})
