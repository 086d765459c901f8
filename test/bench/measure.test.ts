import assert from 'node:assert/strict'
import {test} from 'node:test'
import {measure} from '../../bench/measure.ts'

// Longer than any pause of the sampler.
const child = `
  const held = Buffer.alloc(150 * 2 ** 20, 1)
  setTimeout(() => console.log(held.length), 2500)`

const parent = `
  const held = Buffer.alloc(100 * 2 ** 20, 1)
  const child = require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(child)}])
  child.on('exit', () => console.log(held.length))`

test('the memory of a command is the sum over the processes it starts', async () => {
  const {memory} = await measure({file: process.execPath, args: ['-e', parent]})
  assert.ok(memory.anonymousMb > 250, `anonymous ${memory.anonymousMb} MB`)
  assert.ok(memory.pssMb >= memory.anonymousMb && memory.rssMb >= memory.pssMb, JSON.stringify(memory))
  assert.ok(memory.rssMb < 600, `resident ${memory.rssMb} MB`)
})

test('what a command prints as JSON lines comes back parsed and the rest is dropped', async () => {
  const {lines} = await measure({file: process.execPath, args: ['-e', `console.log('hello'); console.log('{"a": 1}')`]})
  assert.deepEqual(lines, [{a: 1}])
})

test('a command that fails is an error with what it said', async () => {
  const failing = measure({file: process.execPath, args: ['-e', `console.error('no such weights'); process.exit(3)`]})
  await assert.rejects(failing, /exit code 3[\s\S]*no such weights/)
})
