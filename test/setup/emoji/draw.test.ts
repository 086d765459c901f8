import assert from 'node:assert/strict'
import {mkdtempSync, readdirSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {after, test} from 'node:test'
import sharp from 'sharp'
import {findClasses} from '../../../setup/emoji/classes.ts'
import {draw, drawClasses} from '../../../setup/emoji/draw.ts'
import {loadSets} from '../../../setup/emoji/sets.ts'

const folder = mkdtempSync(join(tmpdir(), 'draw-'))
after(() => rmSync(folder, {recursive: true}))
const sets = loadSets()
const some = findClasses(sets).filter((_, i) => i % 50 === 0)

test('Drawing twice gives the same bytes, in the same files', async () => {
  const [first, second] = [mkdtempSync(join(folder, 'a')), mkdtempSync(join(folder, 'b'))]
  assert.equal(await drawClasses(some, sets, first), await drawClasses(some, sets, second))
  assert.deepEqual(
    readdirSync(first),
    some.map(({folder: name}) => name),
  )
  assert.deepEqual(
    readdirSync(join(first, some[0]!.folder)).sort(),
    [...some[0]!.drawings.keys()].map((vendor) => `${vendor}.png`).sort(),
  )
})

test('The hash over all pictures changes with any of them', async () => {
  const target = mkdtempSync(join(folder, 'c'))
  const other = some.map((found, i) =>
    i === 3 ? {...found, drawings: new Map([...found.drawings, ['noto', 'red-apple']])} : found,
  )
  assert.notEqual(await drawClasses(other, sets, target), await drawClasses(some, sets, mkdtempSync(join(folder, 'd'))))
})

test('Every vendor’s grinning face is an opaque picture of 96 x 96 pixels, white in the corner and yellow in the middle', async () => {
  for (const set of sets.filter(({icons}) => icons.icons['grinning-face'] !== undefined)) {
    const {data, info} = await sharp(await draw(set, 'grinning-face'))
      .raw()
      .toBuffer({resolveWithObject: true})
    assert.deepEqual([info.width, info.height, info.channels], [96, 96, 3], set.vendor)
    assert.deepEqual([...data.subarray(0, 3)], [255, 255, 255], set.vendor)
    const [red, green, blue] = data.subarray((30 * 96 + 48) * 3)
    assert.ok(red! > 200 && green! > 140 && blue! < 140, `${set.vendor}: ${red},${green},${blue}`)
  }
})
