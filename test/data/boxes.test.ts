import assert from 'node:assert/strict'
import {test} from 'node:test'
import {cutBox, fitBox} from '../../lib/data/box.ts'
import {listImages} from '../../lib/data/list-images.ts'
import {dataParameters} from '../../lib/data/parameters.ts'
import {lookAlikes} from './look-alikes.ts'
import {drawPicture, drawPixels, temporaryFolder, writeFiles} from './pictures.ts'

const corners = 'x_1,y_1,x_2,y_2'
const numbers = [1, 2, 3, 4, 5, 6]
const shop = lookAlikes['in-shop']!.pictures
const inShopBoxes = (rows: readonly string[], count = rows.length) =>
  `${count}\nimage_name clothes_type pose_type x_1 y_1 x_2 y_2\n${rows.join('\n')}\n`

/** Every format that has boxes: the files that hold them, and what is used of the six pictures of 300 x 20: left, top, width, height. */
const boxed: Readonly<Record<string, {files: Record<string, string>; boxes: number[][]}>> = {
  cub: {
    files: {'bounding_boxes.txt': numbers.map((id) => `${id} ${id}.0 2.0 100.7 9.0\r\n`).join('')},
    boxes: numbers.map((id) => [id, 2, 100, 9]),
  },
  // The annotations of the look-alike: corners 1, 2 and 300, 4 of the first.
  cars196: {files: {}, boxes: numbers.map((id) => [id, 2, 300 - id, 2])},
  'in-shop': {
    files: {'Anno/list_bbox_inshop.txt': inShopBoxes(shop.map((path, i) => `${path}   1    1  ${i} 003 250 019`))},
    boxes: numbers.map((id) => [id - 1, 3, 251 - id, 16]),
  },
  manifest: {
    files: {
      'manifest.csv': `path,label,split,${corners}\n${lookAlikes
        .manifest!.pictures.map(
          (path, i) =>
            `${path},${path[0]},${path[0] === 'c' ? 'val' : 'train'},${i < 3 ? `${i},3,${290.9 + i},8` : i < 5 ? ',,,' : 'NaN,NaN,NaN,NaN'}\n`,
        )
        .join('')}`,
    },
    boxes: numbers.map((id) => (id < 4 ? [id - 1, 3, 290, 5] : [0, 0, 300, 20])),
  },
}

async function writeBoxed(root: string, format: string, changed: Record<string, string> = {}): Promise<void> {
  const {pictures, files} = lookAlikes[format]!
  for (const [number, path] of pictures.entries())
    writeFiles(root, {[path]: await drawPicture(number, {width: 300, height: 20})})
  writeFiles(root, {...files, ...boxed[format]!.files, ...changed})
}

const list = (root: string, format: string, more: Record<string, unknown> = {crop_to_boxes: true}) =>
  listImages(dataParameters.parse({format, root, ...lookAlikes[format]!.protocol, ...more}))

for (const [format, {boxes}] of Object.entries(boxed)) {
  test(`${format}: boxes are read where they are asked for, and all of a picture is used otherwise`, async (context) => {
    const root = temporaryFolder(context)
    await writeBoxed(root, format)
    const {images} = await list(root, format)
    const found = numbers.map((_, row) => [
      images.boxLeft[row]!,
      images.boxTop[row]!,
      images.boxWidth[row]!,
      images.boxHeight[row]!,
    ])
    assert.deepEqual(found, boxes)
    const whole = (await list(root, format, {})).images
    assert.deepEqual([whole.boxLeft[0], whole.boxTop[0], whole.boxWidth[0], whole.boxHeight[0]], [0, 0, 300, 20])
  })
}

const broken: [string, string, Record<string, string>, RegExp][] = [
  [
    'numbers that are none',
    'cub',
    {'bounding_boxes.txt': '1 a 2 3 4\n2 1 2 3\n3 1 1 9 9\n'},
    /boxes that are not four numbers \(2\): image 1 "a 2 3 4", image 2 "1 2 3"\.\n- bounding_boxes\.txt lacks images of images\.txt \(3\): 4, 5, 6\./,
  ],
  [
    'a list that is cut off',
    'in-shop',
    {'Anno/list_bbox_inshop.txt': inShopBoxes([`${shop[0]} 1 1 0 0 9 9`], 6)},
    /list_bbox_inshop\.txt says that it has 6 rows, but has 1: .*\n- list_bbox_inshop\.txt lacks pictures of list_eval_partition\.txt \(5\): /,
  ],
  [
    'a manifest without columns for them',
    'manifest',
    {'manifest.csv': 'path,label\na/1.png,0\n'},
    /manifest\.csv lacks the columns x_1 and y_1 and x_2 and y_2; it has path, label\./,
  ],
  [
    'cells that are half empty',
    'manifest',
    {'manifest.csv': `path,label,${corners}\na/1.png,0,1,2,,4\n`},
    /boxes that are not four numbers \(1\): line 2 "1 2 {2}4"\./,
  ],
]
for (const [what, format, files, message] of broken) {
  test(`${what} are refused where boxes are wanted`, async (context) => {
    const root = temporaryFolder(context)
    await writeBoxed(root, format, files)
    await assert.rejects(list(root, format), {name: 'UserError', message})
  })
}

test('pictures whose box is empty or outside are refused by name, all at once', async (context) => {
  const root = temporaryFolder(context)
  const rows = ['1 0 0 301 21', '2 -1 -1 10 10', '3 0 0 302 20', '4 299 5 20 5', '5 5 5 0 5', '6 400 5 9 9']
  await writeBoxed(root, 'cub', {'bounding_boxes.txt': rows.join('\n')})
  await assert.rejects(list(root, 'cub'), {
    name: 'UserError',
    message: [
      `4 of 6 boxes of the data set "${root}" are empty or reach out of their pictures:`,
      '- images/b/1.png, 300 x 20: 302 x 20 at 0, 0',
      '- images/b/2.png, 300 x 20: 20 x 5 at 299, 5',
      '- images/c/1.png, 300 x 20: 0 x 5 at 5, 5',
      '- images/c/2.png, 300 x 20: 9 x 9 at 400, 5',
      'Mend their numbers, fetch the pictures in the size that they were drawn on, or leave out data.crop_to_boxes.',
    ].join('\n'),
  })
})

test('formats without boxes say so before anything is read', () => {
  for (const format of ['folder', 'sop', 'vehicle-id', 'celeba', 'split-lists']) {
    const {error} = dataParameters.safeParse({format, root: 'x', protocol: 'halves', crop_to_boxes: true})
    assert.match(error!.issues[0]!.message, format === 'celeba' ? /pictures in the wild/ : /has no bounding boxes/)
  }
})

test('a box that reaches out by the one pixel in which sets differ is cut off', () => {
  const picture = {width: 30, height: 20}
  assert.deepEqual(fitBox({left: -1, top: 0, width: 32, height: 21}, picture), {left: 0, top: 0, width: 30, height: 20})
  assert.equal(fitBox({left: -2, top: 0, width: 5, height: 5}, picture), undefined)
  assert.equal(fitBox({left: 30, top: 0, width: 1, height: 5}, picture), undefined)
})

test('a box cut out holds its own pixels', () => {
  const image = {pixels: drawPixels(1, 7, 5), width: 7, height: 5}
  const {pixels, ...size} = cutBox(image, {left: 2, top: 1, width: 3, height: 2})
  assert.deepEqual(size, {width: 3, height: 2})
  const at = (x: number, y: number) => [...image.pixels.subarray((y * 7 + x) * 3, (y * 7 + x) * 3 + 3)]
  assert.deepEqual([...pixels], [at(2, 1), at(3, 1), at(4, 1), at(2, 2), at(3, 2), at(4, 2)].flat())
})
