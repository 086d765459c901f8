import type {Box} from '../box.ts'
import type {Recipe} from '../transforms/recipe.ts'
import type {Pass} from './pass.ts'
import type {PixelCache} from './pixel-cache.ts'

/** What a worker is started with. */
export interface WorkerSetup {
  /** Absolute path of every file; rows of a plan name files by their place here. */
  readonly files: readonly string[]
  /** What is used of every file; undefined: all of it. */
  readonly boxes: readonly (Box | undefined)[]
  readonly recipe: Recipe
  readonly cache: PixelCache
}

export type ToWorker = {readonly kind: 'pass'; readonly pass: Pass} | {readonly kind: 'close'}

/** `ready` only wakes the consumer; what is true is in the ring. */
export type FromWorker =
  | {readonly kind: 'ready'}
  | {readonly kind: 'failed'; readonly pass: number; readonly row: number; readonly problem: string}
