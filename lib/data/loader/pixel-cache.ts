import type {RgbImage} from '../transforms/resample.ts'

/**
 * Decoded pictures in memory that all workers share, filled once and never emptied: in training every picture returns equally
 * often, and then no rule of eviction beats keeping whichever came first.
 */
export interface PixelCache {
  /** [files, 4]: state, offset in `pixels`, width, height. */
  readonly entries: Int32Array
  readonly pixels: Uint8Array
  /** [1]: bytes in use. */
  readonly used: Int32Array
}

const state = 0
const offset = 1
const width = 2
const height = 3
const perFile = 4

const absent = 0
const taken = 1
const present = 2

/** Memory is only used up as pictures arrive. `bytes` is at most 2^31 - 1. */
export function createPixelCache(files: number, bytes: number): PixelCache {
  return {
    entries: new Int32Array(new SharedArrayBuffer(files * perFile * Int32Array.BYTES_PER_ELEMENT)),
    pixels: new Uint8Array(new SharedArrayBuffer(bytes)),
    used: new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)),
  }
}

export function findCached(cache: PixelCache, file: number): RgbImage | undefined {
  const entry = file * perFile
  if (Atomics.load(cache.entries, entry + state) !== present) return undefined
  const [from, w, h] = [cache.entries[entry + offset]!, cache.entries[entry + width]!, cache.entries[entry + height]!]
  return {pixels: cache.pixels.subarray(from, from + w * h * 3), width: w, height: h}
}

/** Keeps a picture when there is room and no other worker is doing the same. */
export function keepCached(cache: PixelCache, file: number, image: RgbImage): void {
  const {entries, pixels, used} = cache
  const entry = file * perFile
  const bytes = image.pixels.length
  if (Atomics.load(used, 0) + bytes > pixels.length) return
  if (Atomics.compareExchange(entries, entry + state, absent, taken) !== absent) return
  const from = Atomics.add(used, 0, bytes)
  if (from + bytes > pixels.length) {
    // Another worker took the last room in between; the file stays `taken`, so nobody tries again.
    Atomics.sub(used, 0, bytes)
    return
  }
  pixels.set(image.pixels, from)
  entries[entry + offset] = from
  entries[entry + width] = image.width
  entries[entry + height] = image.height
  Atomics.store(entries, entry + state, present)
}
