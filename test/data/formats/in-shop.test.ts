import assert from 'node:assert/strict'
import {test} from 'node:test'
import {read} from '../../../lib/data/formats/in-shop.ts'
import {temporaryFolder, writeFiles} from '../pictures.ts'

const rows = [
  ['img/WOMEN/Dresses/id_00000002/02_1_front.jpg', 'id_00000002', 'train'],
  ['img/WOMEN/Dresses/id_00000002/02_2_side.jpg', 'id_00000002', 'train'],
  ['img/MEN/Shirts/id_00000080/01_1_front.jpg', 'id_00000080', 'query'],
  ['img/MEN/Shirts/id_00000080/01_2_side.jpg', 'id_00000080', 'gallery'],
] as const

/** The file pads its columns with blanks. */
const index = (all: readonly (readonly string[])[], count = all.length) =>
  `${count}\nimage_name item_id evaluation_status\n${all.map((row) => row.map((cell) => cell.padEnd(60)).join('')).join('\n')}\n`
const pictures = Object.fromEntries(rows.map(([path]) => [path, 'x']))

test('every row is read, the first one too; queries and gallery are the test set', async (context) => {
  const root = temporaryFolder(context)
  writeFiles(root, {...pictures, 'list_eval_partition.txt': index(rows)})
  const found = await read(root, {})
  assert.deepEqual(
    found.path,
    rows.map(([path]) => path),
  )
  assert.deepEqual(found.label, [2, 2, 80, 80])
  assert.equal(found.classNames.get(80), 'id_00000080')
  assert.deepEqual(found.official, ['train', 'train', 'test', 'test'])
  assert.deepEqual(found.testSets, [{name: 'in-shop', queries: [2], gallery: [3]}])
})

test('the list may be in Eval, as Deep-Metric-Learning-Baselines wants it', async (context) => {
  const root = temporaryFolder(context)
  writeFiles(root, {...pictures, 'Eval/list_eval_partition.txt': index(rows).replaceAll('\n', '\r\n')})
  assert.equal((await read(root, {})).id.length, 4)
})

test('a list that is cut off, items on both sides and unknown states are refused', async (context) => {
  const root = temporaryFolder(context)
  writeFiles(root, {...pictures, 'list_eval_partition.txt': index(rows.slice(0, 3), 4)})
  await assert.rejects(read(root, {}), /says that it has 4 rows, but has 3: it is cut off, or edited\./)
  writeFiles(root, {'list_eval_partition.txt': index([...rows.slice(0, 3), [rows[3][0], 'id_00000002', 'gallery']])})
  await assert.rejects(read(root, {}), /both sides of the split \(1\): id_00000002 in train and query and gallery\./)
  writeFiles(root, {'list_eval_partition.txt': index([...rows.slice(0, 3), [rows[3][0], 'id_00000080', 'probe']])})
  await assert.rejects(read(root, {}), /rows that are not "image_name item_id evaluation_status" \(1\): line 6 /)
})
