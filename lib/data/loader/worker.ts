import {readFileSync} from 'node:fs'
import {type MessagePort, parentPort, workerData} from 'node:worker_threads'
import {randomFrom} from '../../random.ts'
import {UserError} from '../../user-error.ts'
import {cutBox} from '../box.ts'
import {decode} from '../decode.ts'
import {applyTransforms} from '../transforms/apply.ts'
import {drawMixture, mixInto} from '../transforms/mixup.ts'
import type {RgbImage} from '../transforms/resample.ts'
import type {FromWorker, ToWorker, WorkerSetup} from './messages.ts'
import type {Pass} from './pass.ts'
import {findCached, keepCached} from './pixel-cache.ts'
import {awaitSlot, claimRow, finishRow, isCancelled} from './ring.ts'

const {files, boxes, recipe, cache} = workerData as WorkerSetup
const port: MessagePort = parentPort!

port.on('message', (message: ToWorker) => {
  if (message.kind === 'close') port.close()
  else void work(message.pass)
})

/** Writes pictures into the slots of their batches until the plan is at its end or cancelled. */
async function work(pass: Pass): Promise<void> {
  const {ring, firstRow, file} = pass
  let batch = 0
  for (let row = claimRow(ring); row < file.length && !isCancelled(ring); row = claimRow(ring)) {
    while (row >= firstRow[batch + 1]!) batch++
    if (!awaitSlot(ring, batch)) return
    const problem = await writePicture(pass, row, batch)
    if (problem !== undefined) send({kind: 'failed', pass: pass.number, row, problem})
    const count = firstRow[batch + 1]! - firstRow[batch]!
    if (finishRow(ring, batch, count, problem === undefined)) send({kind: 'ready'})
  }
}

/** Decodes and transforms one picture; a sentence when that is impossible. */
async function writePicture(pass: Pass, row: number, batch: number): Promise<string | undefined> {
  const bytes = recipe.size * recipe.size * 3
  const from = (row - pass.firstRow[batch]!) * bytes
  const out = pass.slots[batch % pass.slots.length]!.subarray(from, from + bytes)
  const seed = pass.seed[row]!
  const problem = await transformFile(pass, pass.file[row]!, seed, out)
  if (problem !== undefined || recipe.mixup === undefined) return problem
  const {partner, share} = drawMixture(recipe.mixup.alpha, seed, files.length)
  const other = new Uint8Array(bytes)
  const problemOfPartner = await transformFile(pass, partner, seed, other)
  if (problemOfPartner === undefined) mixInto(out, other, share)
  return problemOfPartner
}

async function transformFile(pass: Pass, file: number, seed: number, out: Uint8Array): Promise<string | undefined> {
  const path = files[file]!
  try {
    applyTransforms(recipe, await openPicture(pass, file, path), randomFrom(seed), out)
    return undefined
  } catch (error) {
    if (error instanceof UserError) return `${path} ${error.message}`
    if (error instanceof Error && 'syscall' in error && 'code' in error) return `${path} cannot be read (${error.code})`
    throw error
  }
}

async function openPicture(pass: Pass, file: number, path: string): Promise<RgbImage> {
  const cached = findCached(cache, file)
  if (cached !== undefined) return cached
  // Synchronous on purpose: this thread has nothing else to do, and libuv's threads are for decoding.
  const picture = await decode(readFileSync(path))
  const box = boxes[file]
  const image = box === undefined ? picture : cutBox(picture, box)
  if (pass.returns[file] === 1) keepCached(cache, file, image)
  return image
}

function send(message: FromWorker): void {
  port.postMessage(message)
}
