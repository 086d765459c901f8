import type {Recipe} from '../transforms/recipe.ts'
import type {PixelCache} from './pixel-cache.ts'
import type {Ring} from './ring.ts'

/** What a worker is started with. */
export interface WorkerSetup {
  /** Absolute path of every file; rows of a plan name files by their place here. */
  readonly files: readonly string[]
  readonly recipe: Recipe
  readonly cache: PixelCache
}

/** One pass over a plan; everything is in shared memory, so that a worker needs no further word from the consumer. */
export interface Pass {
  readonly number: number
  readonly ring: Ring
  /** Per slot: [largest count, size, size, 3]. */
  readonly slots: readonly Uint8Array[]
  /** First row of every batch, and the number of rows at the end. */
  readonly firstRow: Int32Array
  /** Per row. */
  readonly file: Int32Array
  readonly seed: Uint32Array
  /** Per file: 1 when the plan names it more than once, so that keeping its pixels pays. */
  readonly returns: Uint8Array
}

export type ToWorker = {readonly kind: 'pass'; readonly pass: Pass} | {readonly kind: 'close'}

/** `ready` only wakes the consumer; what is true is in the ring. */
export type FromWorker =
  | {readonly kind: 'ready'}
  | {readonly kind: 'failed'; readonly pass: number; readonly row: number; readonly problem: string}
