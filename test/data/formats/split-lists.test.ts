import assert from 'node:assert/strict'
import {test} from 'node:test'
import {read} from '../../../lib/data/formats/split-lists.ts'
import {temporaryFolder, writeFiles} from '../pictures.ts'

const lists = {
  train: [['a/1.jpg', 'a/2.jpg'], ['b/1.jpg']],
  val: [['c/1.jpg', 'c/2.jpg']],
  test: [['d/1.jpg']],
}
const pictures = Object.fromEntries(
  Object.values(lists)
    .flat(2)
    .map((path) => [path, 'x']),
)

test('a list a class; classes and ids are counted through train, val and test', async (context) => {
  const root = temporaryFolder(context)
  writeFiles(root, {...pictures, 'splits.json': JSON.stringify(lists)})
  const found = await read(root, {})
  assert.deepEqual(found.id, [0, 1, 2, 3, 4, 5])
  assert.deepEqual(found.label, [0, 0, 1, 2, 2, 3])
  assert.deepEqual(found.official, ['train', 'train', 'train', 'val', 'val', 'test'])
  assert.deepEqual([...found.classNames.values()], ['a', 'b', 'c', 'd'])
})

test('classes whose folders do not tell them apart are called by their number', async (context) => {
  const root = temporaryFolder(context)
  writeFiles(root, {'1.jpg': 'x', '2.jpg': 'x', 'my.json': JSON.stringify({train: [['1.jpg'], ['2.jpg']]})})
  const found = await read(root, {manifest: 'my.json'})
  assert.deepEqual([...found.classNames.values()], ['class 0', 'class 1'])
})

/** pickle.dumps(lists, protocol), Python 3. */
const pickles = {
  2:
    'gAJ9cQAoWAUAAAB0cmFpbnEBXXECKF1xAyhYBwAAAGEvMS5qcGdxBFgHAAAAYS8yLmpwZ3EFZV1xBlgHAAAAYi8xLmpwZ3EHYWVY' +
    'AwAAAHZhbHEIXXEJXXEKKFgHAAAAYy8xLmpwZ3ELWAcAAABjLzIuanBncQxlYVgEAAAAdGVzdHENXXEOXXEPWAcAAABkLzEuanBn' +
    'cRBhYXUu',
  4:
    'gASVbgAAAAAAAAB9lCiMBXRyYWlulF2UKF2UKIwHYS8xLmpwZ5SMB2EvMi5qcGeUZV2UjAdiLzEuanBnlGFljAN2YWyUXZRdlCiM' +
    'B2MvMS5qcGeUjAdjLzIuanBnlGVhjAR0ZXN0lF2UXZSMB2QvMS5qcGeUYWF1Lg==',
}

for (const [protocol, text] of Object.entries(pickles)) {
  test(`the dictionary as Python pickles it, protocol ${protocol}, is the same as in JSON`, async (context) => {
    const root = temporaryFolder(context)
    writeFiles(root, {...pictures, 'splits.pkl': Buffer.from(text, 'base64')})
    const found = await read(root, {})
    writeFiles(root, {'splits.json': JSON.stringify(lists)})
    assert.deepEqual(found, await read(root, {}))
  })
}

test('paths below the root may be written whole, as the original program has them', async (context) => {
  const root = temporaryFolder(context)
  const whole = {train: lists.train.map((paths) => paths.map((path) => `${root}/${path}`))}
  writeFiles(root, {...pictures, 'splits.json': JSON.stringify(whole)})
  assert.deepEqual((await read(root, {})).path, lists.train.flat())
})

test('a pickle that asks for more than lists is refused by what it asks for, and nothing is run', async (context) => {
  const root = temporaryFolder(context)
  // os.system(…) in place of a path
  const hostile = 'gASVPAAAAAAAAAB9lIwFdHJhaW6UXZRdlIwFcG9zaXiUjAZzeXN0ZW2Uk5SMEHRvdWNoIC90bXAvbmV2ZXKUhZRSlGFhcy4='
  writeFiles(root, {'splits.pkl': Buffer.from(hostile, 'base64')})
  await assert.rejects(read(root, {}), /is a pickle that is not read: it asks for "posix\.system", which .* json\.dump/)
  writeFiles(root, {'splits.pkl': Buffer.from(pickles[4], 'base64').subarray(0, 60)})
  await assert.rejects(read(root, {}), /is a pickle that is not read: its pickle is cut short/)
})

const refused: [string, string | undefined, RegExp][] = [
  ['no file', undefined, /splits\.json cannot be read \(ENOENT\)\. Set data\.manifest/],
  ['no JSON', '{', /splits\.json is no JSON/],
  [
    'a list of paths',
    '{"train": ["a/1.jpg"]}',
    /must hold train, val and test, each a list of lists of paths; train\.0: /,
  ],
  ['other names', '{"training": []}', /each a list of lists of paths/],
  ['a picture in two classes', '{"train": [["a/1.jpg"], ["a/1.jpg"]]}', /names files more than once \(1\): a\/1\.jpg/],
  ['a path out of the folder', '{"train": [["../a.jpg"]]}', /lead out of the folder \(1\)/],
  ['a missing picture', '{"train": [["a/9.jpg"]]}', /names files that are not there \(1\): a\/9\.jpg/],
  ['nothing', '{"train": []}', /splits\.json names no picture/],
]
for (const [what, text, message] of refused) {
  test(`${what}: refused`, async (context) => {
    const root = temporaryFolder(context)
    writeFiles(root, {...pictures, ...(text !== undefined && {'splits.json': text})})
    await assert.rejects(read(root, {}), {name: 'UserError', message})
  })
}
