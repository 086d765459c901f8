import {availableParallelism} from 'node:os'
import {resolve} from 'node:path'
import type {Box} from './box.ts'
import {startCrew} from './loader/crew.ts'
import {type Pass, type PlannedImages, planPass} from './loader/pass.ts'
import {createPixelCache} from './loader/pixel-cache.ts'
import {cancelRing, isCancelled, ownsSlot, releaseSlot} from './loader/ring.ts'
import type {Transforms} from './transforms/parameters.ts'
import {planRecipe} from './transforms/recipe.ts'

export type {PlannedImages} from './loader/pass.ts'

export interface LoaderOptions {
  /** Folder that the paths start from. */
  readonly root: string
  /** File of every image by its id, relative to the root. */
  readonly paths: ReadonlyMap<number, string>
  /** What is used of a picture, by id; all of one that is not there. */
  readonly boxes?: ReadonlyMap<number, Box>
  readonly transforms: Transforms
  /** Threads that decode and transform; what they yield does not depend on it. @default one per core, at most 4 */
  readonly workers?: number
  /** Batches that are prepared before they are asked for. @default 3 */
  readonly ahead?: number
  /** Memory for decoded pictures that return within a plan. @default 256 MB */
  readonly cacheBytes?: number
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
  const boxes = Array.from(options.paths.keys(), (id) => options.boxes?.get(id))
  const cache = createPixelCache(files.length, options.cacheBytes ?? 256 * 2 ** 20)
  const crew = startCrew(options.workers ?? Math.min(4, availableParallelism()), {files, boxes, recipe, cache})
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
