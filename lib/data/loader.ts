import {availableParallelism} from 'node:os'
import {resolve} from 'node:path'
import {Worker} from 'node:worker_threads'
import {UserError} from '../user-error.ts'
import type {FromWorker, Pass, ToWorker, WorkerSetup} from './loader/messages.ts'
import {createPixelCache} from './loader/pixel-cache.ts'
import {cancelRing, createRing, failuresWhenReady, isCancelled, ownsSlot, releaseSlot} from './loader/ring.ts'
import type {Transforms} from './parameters.ts'
import {planRecipe} from './transforms/recipe.ts'
import {bounded} from './wording.ts'

export interface LoaderOptions {
  /** Folder that the paths start from. */
  readonly root: string
  /** File of every image by its id, relative to the root. */
  readonly paths: ReadonlyMap<number, string>
  readonly transforms: Transforms
  /** Threads that decode and transform; what they yield does not depend on it. @default one per core, at most 4 */
  readonly workers?: number
  /** Batches that are prepared before they are asked for. @default 3 */
  readonly ahead?: number
  /** Memory for decoded pictures that return within a plan. @default 256 MB */
  readonly cacheBytes?: number
}

/** Images of one batch, by id, and the seeds of their random transforms (any numbers where transforms are exact). */
export interface PlannedImages {
  readonly images: Int32Array
  readonly seeds: Uint32Array
}

export interface LoadedBatch {
  /** Place in the plan, from 0. */
  readonly index: number
  /** [count, height, width, 3], RGB; in shared memory, which is written over after `release`. */
  readonly batch: {readonly pixels: Uint8Array; readonly count: number; readonly height: number; readonly width: number}
  /** How long the consumer had to wait for it. */
  readonly waitMs: number
  readonly release: () => void
}

export interface Loader {
  /**
   * Yields the batches of a plan in order while workers prepare the next ones, even when the consumer blocks its thread.
   * Every batch must be released before the one that is `ahead` places later is asked for. One plan at a time.
   * @throws UserError at the batch with pictures that cannot be read, naming all of them.
   */
  batches(plan: readonly PlannedImages[]): AsyncGenerator<LoadedBatch, void, void>
  /** Ends the threads. Without it they end with the process. */
  close(): Promise<void>
}

/** Starts the threads of a batch loader. */
export function openLoader(options: LoaderOptions): Loader {
  const recipe = planRecipe(options.transforms)
  const fileOf = new Map(Array.from(options.paths.keys(), (id, place) => [id, place]))
  const files = Array.from(options.paths.values(), (path) => resolve(options.root, path))
  const cache = createPixelCache(files.length, options.cacheBytes ?? 256 * 2 ** 20)
  const crew = startCrew(options.workers ?? Math.min(4, availableParallelism()), {files, recipe, cache})
  let passes = 0
  let running: Pass | undefined

  async function* batches(plan: readonly PlannedImages[]): AsyncGenerator<LoadedBatch, void, void> {
    if (running !== undefined) throw new Error('The loader is already walking through a plan.')
    const pass = planPass(passes++, plan, fileOf, recipe.size, options.ahead ?? 3)
    running = pass
    try {
      crew.begin(pass)
      for (let index = 0; index < plan.length; index++) {
        if (!ownsSlot(pass.ring, index))
          throw new Error(`Batch ${index - pass.slots.length} was never released; batch ${index} needs its memory.`)
        const asked = performance.now()
        await crew.completed(pass, index)
        yield loadedBatch(pass, index, recipe.size, performance.now() - asked)
      }
    } finally {
      cancelRing(pass.ring)
      running = undefined
    }
  }

  const close = () => {
    if (running !== undefined) cancelRing(running.ring)
    return crew.close()
  }
  return {batches, close}
}

function loadedBatch({ring, slots, firstRow}: Pass, index: number, size: number, waitMs: number): LoadedBatch {
  const slot = slots[index % slots.length]!
  const count = firstRow[index + 1]! - firstRow[index]!
  const pixels = new Uint8Array(slot.buffer, 0, count * size * size * 3)
  const release = () => {
    if (!isCancelled(ring)) releaseSlot(ring, index)
  }
  return {index, batch: {pixels, count, height: size, width: size}, waitMs, release}
}

function planPass(
  number: number,
  plan: readonly PlannedImages[],
  fileOf: ReadonlyMap<number, number>,
  size: number,
  ahead: number,
): Pass {
  const rows = plan.reduce((sum, {images}) => sum + images.length, 0)
  const pass = {
    number,
    ring: createRing(ahead),
    slots: Array.from({length: ahead}, () => new Uint8Array(new SharedArrayBuffer(largest(plan) * size * size * 3))),
    firstRow: new Int32Array(new SharedArrayBuffer((plan.length + 1) * 4)),
    file: new Int32Array(new SharedArrayBuffer(rows * 4)),
    seed: new Uint32Array(new SharedArrayBuffer(rows * 4)),
    returns: new Uint8Array(new SharedArrayBuffer(fileOf.size)),
  }
  const seen = new Uint8Array(fileOf.size)
  let row = 0
  for (const [index, {images, seeds}] of plan.entries()) {
    if (images.length === 0 || images.length !== seeds.length) {
      throw new Error(
        `Batch ${index} has ${images.length} images and ${seeds.length} seeds; it needs as many, and at least one.`,
      )
    }
    for (const [place, id] of images.entries()) {
      const file = fileOf.get(id)
      if (file === undefined)
        throw new Error(`Batch ${index} names image ${id}, which the loader was given no path for.`)
      pass.returns[file] = seen[file]!
      seen[file] = 1
      pass.file[row] = file
      pass.seed[row] = seeds[place]!
      row++
    }
    pass.firstRow[index + 1] = row
  }
  return pass
}

function largest(plan: readonly PlannedImages[]): number {
  return plan.reduce((most, {images}) => Math.max(most, images.length), 0)
}

interface Crew {
  begin(pass: Pass): void
  /** Resolves when a batch is complete; rejects when some of its pictures could not be read or a thread broke. */
  completed(pass: Pass, batch: number): Promise<void>
  close(): Promise<void>
}

function startCrew(count: number, setup: WorkerSetup): Crew {
  const workers = Array.from(
    {length: count},
    () => new Worker(new URL('./loader/worker.mjs', import.meta.url), {workerData: setup}),
  )
  const exits = workers.map((worker) => new Promise<void>((done) => worker.once('exit', () => done())))
  const failures: {pass: number; row: number; problem: string}[] = []
  let broken: unknown
  let closing = false
  let wake = () => {}
  for (const worker of workers) {
    // Only while somebody waits do threads keep the process alive.
    worker.unref()
    worker.on('message', (message: FromWorker) => {
      if (message.kind === 'failed') failures.push(message)
      wake()
    })
    worker.on('error', (error) => {
      broken ??= error
      wake()
    })
    worker.on('exit', (code) => {
      if (!closing) broken ??= new Error(`A thread of the loader ended by itself, exit code ${code}.`)
      wake()
    })
  }

  const failuresOf = ({number, firstRow}: Pass, batch: number) =>
    failures.filter(({pass, row}) => pass === number && firstRow[batch]! <= row && row < firstRow[batch + 1]!)

  const completed = async (pass: Pass, batch: number): Promise<void> => {
    for (;;) {
      if (broken !== undefined) throw broken
      const failed = failuresWhenReady(pass.ring, batch)
      if (failed === 0) return
      // The last picture's message may come before that of one that failed in another thread.
      const found = failuresOf(pass, batch)
      if (failed !== undefined && found.length === failed) throw unreadable(found)
      await new Promise<void>((resume) => {
        for (const worker of workers) worker.ref()
        wake = resume
      })
      for (const worker of workers) worker.unref()
    }
  }

  return {
    begin: (pass) => {
      for (const worker of workers) worker.postMessage({kind: 'pass', pass} satisfies ToWorker)
    },
    completed,
    close: async () => {
      closing = true
      for (const worker of workers) {
        worker.ref()
        worker.postMessage({kind: 'close'} satisfies ToWorker)
      }
      await Promise.all(exits)
    },
  }
}

function unreadable(failures: readonly {row: number; problem: string}[]): UserError {
  const inOrder = failures.toSorted((a, b) => a.row - b.row)
  return new UserError(
    `${failures.length} pictures can no longer be used:\n${bounded([...new Set(inOrder.map(({problem}) => `- ${problem}`))], '\n', 20)}\n` +
      'They were fine when the images were listed. Restore them and run again; what is already computed is kept.',
  )
}
