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

test('a pickle is refused with the line that turns it into JSON', async (context) => {
  const root = temporaryFolder(context)
  writeFiles(root, {'splits.pkl': Buffer.of(0x80, 4, 0x7d, 0x2e)})
  await assert.rejects(
    read(root, {manifest: 'splits.pkl'}),
    /is a pickle, which may run code .* json\.dump\(pickle\.load/,
  )
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
