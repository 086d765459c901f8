import assert from 'node:assert/strict'
import type {TestContext} from 'node:test'
import {loadTensor} from '../../lib/model/tensor-source.ts'
import {openTorchFile} from '../../lib/model/torch-file.ts'
import {temporaryFile} from './fixtures.ts'

/** Name, shape and numbers of every tensor of a file. */
export async function readTorchFile(path: string): Promise<Record<string, unknown>> {
  const file = await openTorchFile(path)
  try {
    const read = [...file.tensors].map(async ([name, stored]) => {
      const {shape, data} = await loadTensor(stored)
      return [name, {shape, data: [...data]}] as const
    })
    return Object.fromEntries(await Promise.all(read))
  } finally {
    await file.close()
  }
}

/** Asserts that a file of these bytes is refused with an error like this. */
export async function rejects(t: TestContext, bytes: Buffer, message: RegExp): Promise<void> {
  const path = temporaryFile(t, 'weights.pth', bytes)
  await assert.rejects(readTorchFile(path), (error) => {
    assert.ok(error instanceof Error)
    assert.match(error.message, message)
    return true
  })
}
