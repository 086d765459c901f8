import assert from 'node:assert/strict'
import {test} from 'node:test'
import {setImmediate} from 'node:timers/promises'
import {openQueue} from '../../../lib/cli/search/queue.ts'

const one = (value: number) => Uint8Array.of(value)

test('pictures that come while others are described go together, and each gets its own answer', async () => {
  const batches: number[][] = []
  const describe = openQueue(async (pictures) => {
    batches.push(pictures.map(([value]) => value!))
    await setImmediate()
    return pictures.map(([value]) => Float32Array.of(10 * value!))
  })
  const answers = await Promise.all([1, 2, 3, 4].map((value) => describe(one(value))))
  assert.deepEqual(
    answers.map(([value]) => value),
    [10, 20, 30, 40],
  )
  assert.deepEqual(batches, [[1], [2, 3, 4]])
})

test('a picture that cannot be described fails alone', async () => {
  const describe = openQueue(async (pictures) => {
    await setImmediate()
    if (pictures.some(([value]) => value === 3)) throw new Error('not this one')
    return pictures.map(([value]) => Float32Array.of(value!))
  })
  const answers = await Promise.allSettled([1, 2, 3, 4].map((value) => describe(one(value))))
  assert.deepEqual(
    answers.map(({status}) => status),
    ['fulfilled', 'fulfilled', 'rejected', 'fulfilled'],
  )
})

test('after a failure the queue goes on', async () => {
  let isBroken = true
  const describe = openQueue(async (pictures) => {
    if (isBroken) throw new Error('broken')
    return pictures.map(() => Float32Array.of(1))
  })
  await assert.rejects(describe(one(1)), /broken/)
  isBroken = false
  assert.deepEqual(await describe(one(1)), Float32Array.of(1))
})

test('no more than 32 pictures go together', async () => {
  const sizes: number[] = []
  const describe = openQueue(async (pictures) => {
    sizes.push(pictures.length)
    await setImmediate()
    return pictures.map(() => Float32Array.of(1))
  })
  await Promise.all(Array.from({length: 70}, (_, i) => describe(one(i % 256))))
  assert.deepEqual(sizes, [1, 32, 32, 5])
})
