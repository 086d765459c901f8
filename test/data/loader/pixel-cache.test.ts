import assert from 'node:assert/strict'
import {test} from 'node:test'
import {createPixelCache, findCached, keepCached} from '../../../lib/data/loader/pixel-cache.ts'
import {drawPixels} from '../pictures.ts'

const picture = (number: number, width: number, height: number) => ({
  pixels: drawPixels(number, width, height),
  width,
  height,
})

test('kept pictures are found again with their pixels and size, others are not', () => {
  const cache = createPixelCache(3, 1000)
  keepCached(cache, 2, picture(1, 5, 4))
  keepCached(cache, 0, picture(2, 3, 7))
  assert.deepEqual(findCached(cache, 2), picture(1, 5, 4))
  assert.deepEqual(findCached(cache, 0), picture(2, 3, 7))
  assert.equal(findCached(cache, 1), undefined)
})

test('memory is never exceeded: what does not fit is not kept, what is smaller still may be', () => {
  const cache = createPixelCache(3, 100)
  keepCached(cache, 0, picture(1, 5, 4))
  keepCached(cache, 1, picture(2, 5, 4))
  keepCached(cache, 2, picture(3, 3, 3))
  assert.deepEqual(findCached(cache, 0), picture(1, 5, 4))
  assert.equal(findCached(cache, 1), undefined)
  assert.deepEqual(findCached(cache, 2), picture(3, 3, 3))
  assert.equal(cache.used[0], 60 + 27)
})

test('a picture is kept once', () => {
  const cache = createPixelCache(1, 1000)
  keepCached(cache, 0, picture(1, 5, 4))
  keepCached(cache, 0, picture(2, 5, 4))
  assert.deepEqual(findCached(cache, 0), picture(1, 5, 4))
  assert.equal(cache.used[0], 60)
})
