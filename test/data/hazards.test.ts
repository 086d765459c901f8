import assert from 'node:assert/strict'
import {existsSync, readdirSync, rmSync, symlinkSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {test} from 'node:test'
import {listImages} from '../../lib/data/list-images.ts'
import {dataParameters} from '../../lib/data/parameters.ts'
import type {StageContext} from '../../lib/pipeline/stage.ts'
import {run} from '../../stages/prepare-splits.ts'
import {lookAlikes, writeLookAlike} from './look-alikes.ts'
import {drawPicture, temporaryFolder, writeFiles} from './pictures.ts'

/** What can be wrong with the files of a format, by how they are then; absent where a format has no such thing. */
interface Hazards {
  /** Two columns of a row in each other's place. */
  readonly swapped?: readonly [files: Record<string, string>, message: RegExp]
  /** A file that has fewer rows than another, or than it says. */
  readonly counted?: readonly [files: Record<string, string>, message: RegExp]
  /** Part of every picture's path, and what stands there instead. */
  readonly renamed?: readonly [from: RegExp, to: string]
}

const text = (format: string, name: string) => String(lookAlikes[format]!.files[name])
const lines = (format: string, name: string, count: number) =>
  `${text(format, name).split('\n').slice(0, count).join('\n')}\n`
const swap = (rows: string, separator: string, a: number, b: number) =>
  rows
    .split('\n')
    .map((row) => {
      const cells = row.split(separator)
      return cells.length > Math.max(a, b) ? cells.with(a, cells[b]!).with(b, cells[a]!).join(separator) : row
    })
    .join('\n')

const unicode = 'Ä é 図 (1)'
const hazards: Readonly<Record<string, Hazards>> = {
  folder: {renamed: [/^/, `${unicode} `]},
  cub: {
    swapped: [
      {'images.txt': swap(text('cub', 'images.txt'), ' ', 0, 1)},
      /images\.txt has rows that are not "<number> <text>" \(6\): line 1 "a\/1\.png 1"/,
    ],
    counted: [
      {'image_class_labels.txt': '1 1\n2 1\n3 2\n4 2\n'},
      /image_class_labels\.txt lacks images of images\.txt \(2\): 5, 6\./,
    ],
    renamed: [/(?<=^|images\/|\d )(?=[abc]\/)/gm, `${unicode} `],
  },
  // Its annotations are a struct, whose fields have names and one length.
  cars196: {},
  sop: {
    swapped: [
      {'Ebay_train.txt': swap(text('sop', 'Ebay_train.txt'), ' ', 2, 3)},
      /Ebay_train\.txt has rows that are not "image_id class_id super_class_id path" \(5\): line 1 /,
    ],
    counted: [{'Ebay_test.txt': lines('sop', 'Ebay_test.txt', 1)}, /Ebay_test\.txt has no rows\./],
    renamed: [/(?<=bicycle_final\/)/g, `${unicode} `],
  },
  'in-shop': {
    swapped: [
      {'list_eval_partition.txt': swap(text('in-shop', 'list_eval_partition.txt'), ' ', 0, 1)},
      /list_eval_partition\.txt has rows that are not "image_name item_id evaluation_status" \(7\): line 2 /,
    ],
    counted: [
      {'list_eval_partition.txt': lines('in-shop', 'list_eval_partition.txt', 6)},
      /says that it has 6 rows, but has 4: it is cut off, or edited\./,
    ],
    renamed: [/(?<=img\/M)/g, ` ${unicode}`],
  },
  'vehicle-id': {
    swapped: [{'train_test_split/test_list_800.txt': '3 5\n3 6\n'}, /has image numbers more than once \(1\): 3\./],
    counted: [{'train_test_split/test_list_2400.txt': ''}, /test_list_2400\.txt has no rows\./],
  },
  celeba: {
    swapped: [
      {'identity_CelebA.txt': swap(text('celeba', 'identity_CelebA.txt'), ' ', 0, 1)},
      /identity_CelebA\.txt has rows that are not "<file> <identity>" \(6\): line 1 "1 000001\.jpg"/,
    ],
    counted: [
      {'list_eval_partition.txt': lines('celeba', 'list_eval_partition.txt', 4)},
      /list_eval_partition\.txt lacks files of identity_CelebA\.txt \(2\): 000005\.jpg, 000006\.jpg\./,
    ],
  },
  manifest: {
    swapped: [
      {
        'manifest.csv': swap(text('manifest', 'manifest.csv'), ',', 1, 2).replace(
          'path,split,label',
          'path,label,split',
        ),
      },
      /splits that are not train, val, validation, test or unused \(6\): line 2 "a"/,
    ],
    counted: [
      {'manifest.csv': `${text('manifest', 'manifest.csv')}d/1.png,d\n`},
      /manifest\.csv is no CSV file: Invalid Record Length: .* line 8/,
    ],
    renamed: [/(?<=^)(?=[abc]\/)/gm, `${unicode} `],
  },
  'split-lists': {
    swapped: [{'splits.json': '[{"train": []}]'}, /must hold train, val and test, each a list of lists of paths; it: /],
    counted: [{'splits.json': text('split-lists', 'splits.json').slice(0, -9)}, /splits\.json is no JSON: /],
    renamed: [/(?<=^|")(?=[abc]\/)/gm, `${unicode} `],
  },
}

test('every reader is in this table', () => {
  assert.deepEqual(Object.keys(hazards).sort(), Object.keys(lookAlikes).sort())
})

for (const [format, {swapped, counted, renamed}] of Object.entries(hazards)) {
  const lookAlike = lookAlikes[format]!
  const list = (root: string) => listImages(dataParameters.parse({format, root, ...lookAlike.protocol}))
  const refuse = async (root: string, message: RegExp) => assert.rejects(list(root), {name: 'UserError', message})

  for (const [what, files] of Object.entries({'a swapped column': swapped, 'a wrong count': counted})) {
    if (files === undefined) continue
    test(`${format}: ${what} is told with the file and what it has`, async (context) => {
      const root = temporaryFolder(context)
      await writeLookAlike(root, lookAlike, files[0])
      await refuse(root, files[1])
    })
  }

  test(`${format}: Windows line ends and a byte order mark change nothing`, async (context) => {
    const [root, plain] = [temporaryFolder(context), temporaryFolder(context)]
    const windows = Object.entries(lookAlike.files).flatMap(([name, content]) =>
      typeof content === 'string' ? [[name, `\uFEFF${content.replaceAll('\n', '\r\n')}`]] : [],
    )
    await writeLookAlike(root, lookAlike, Object.fromEntries(windows) as Record<string, string>)
    await writeLookAlike(plain, lookAlike)
    assert.deepEqual({...(await list(root)).images, root: ''}, {...(await list(plain)).images, root: ''})
  })

  test(`${format}: folders and files may be called anything`, async (context) => {
    const root = join(temporaryFolder(context), `${unicode} 数据`)
    const rename = (name: string) => (renamed === undefined ? name : name.replace(...renamed))
    const files = Object.entries(lookAlike.files).map(([name, content]) => [
      name,
      typeof content === 'string' ? rename(content) : content,
    ])
    const pictures = lookAlike.pictures.map(rename)
    await writeLookAlike(root, {...lookAlike, pictures, files: Object.fromEntries(files)})
    const {images} = await list(root)
    assert.deepEqual([...images.path].sort(), [...pictures].sort())
    assert.deepEqual(images.split, lookAlike.split)
  })

  if (renamed !== undefined && format !== 'folder') {
    for (const [written, there] of [
      ['NFC', 'NFD'],
      ['NFD', 'NFC'],
    ] as const) {
      test(`${format}: names written in ${written} are found where the folder has ${there}, and that is said`, async (context) => {
        const root = temporaryFolder(context)
        const inForm = (name: string, form: string) => name.replace(...renamed).normalize(form)
        const files = Object.entries(lookAlike.files).map(([name, content]) => [name, inForm(String(content), written)])
        const pictures = lookAlike.pictures.map((name) => inForm(name, there))
        await writeLookAlike(root, {...lookAlike, pictures, files: Object.fromEntries(files)})
        const {images, notes} = await list(root)
        assert.deepEqual([...images.path].sort(), [...pictures].sort())
        assert.deepEqual(images.split, lookAlike.split)
        assert.match(notes.join('\n'), /has names that the folder has in another Unicode form.* \(6\): /)
      })
    }
  }

  test(`${format}: a missing picture, a link to nothing and a link to itself are named at once`, async (context) => {
    const root = temporaryFolder(context)
    await writeLookAlike(root, lookAlike)
    const [missing, nothing, itself] = lookAlike.pictures
    // A folder of classes names no picture that it should have.
    const wrong = format === 'folder' ? [nothing!, itself!] : [missing!, nothing!, itself!]
    for (const path of wrong) rmSync(join(root, path))
    symlinkSync('nowhere.jpg', join(root, nothing!))
    symlinkSync(itself!.split('/').at(-1)!, join(root, itself!))
    const problem = await list(root).catch((error: Error) => error.message)
    for (const path of wrong) assert.ok(String(problem).includes(path.split('/').slice(-2).join('/')), `${problem}`)
  })

  test(`${format}: folders that link back to where they are end in a result or a name`, async (context) => {
    const root = temporaryFolder(context)
    await writeLookAlike(root, lookAlike)
    const folder = dirname(join(root, lookAlike.pictures[0]!))
    for (const name of ['once', 'again']) symlinkSync('.', join(folder, name))
    const listing = await list(root).catch((error: Error) => error.message)
    if (typeof listing === 'string') assert.match(listing, /again.*once/s)
    else assert.equal(listing.images.id.length, 6)
  })

  test(`${format}: broken pictures are all named at once`, async (context) => {
    const root = temporaryFolder(context)
    await writeLookAlike(root, lookAlike)
    for (const path of lookAlike.pictures) writeFileSync(join(root, path), 'no picture')
    const message = await list(root).catch((error: Error) => error.message)
    for (const path of lookAlike.pictures)
      assert.ok(String(message).includes(`- ${path} is not a picture`), `${message}`)
  })
}

test('of 30 pictures 10 that are broken in several ways are all named, and no table is made', async (context) => {
  const [root, out] = [temporaryFolder(context), temporaryFolder(context)]
  const whole = await drawPicture(1, {width: 60, height: 60, format: 'jpeg'})
  const broken: Buffer[] = [
    Buffer.alloc(0),
    Buffer.from('<html>404</html>'),
    Buffer.alloc(5000),
    whole.subarray(0, 3),
    whole.subarray(0, 300),
    whole.subarray(0, whole.length - 500),
    Buffer.from(await drawPicture(2)).fill(0, 60),
    (await drawPicture(3)).subarray(0, 150),
    Buffer.from('GIF89a'),
  ]
  const names = Array.from({length: 30}, (_, i) => `${'abcd'[i % 4]}/${i}.png`)
  for (const [i, name] of names.entries()) writeFiles(root, {[name]: broken[i] ?? (await drawPicture(i))})
  rmSync(join(root, names[9]!))
  symlinkSync('nowhere.png', join(root, names[9]!))
  const stage: Pick<StageContext<unknown>, 'outputs' | 'progress' | 'note' | 'report'> = {
    outputs: {images: join(out, 'images.arrow')},
    progress: () => {},
    note: () => {},
    report: () => {},
  }
  const data = dataParameters.parse({format: 'folder', root, protocol: 'halves'})
  await assert.rejects(
    run({...stage, values: {data}} as unknown as StageContext<{data: typeof data}>),
    (error: Error) => {
      const found = error.message.split('\n')
      assert.equal(found[0], `10 of 30 files of the data set "${root}" cannot be used:`)
      const named = found.slice(1, -1).map((line) => line.split(' ')[1])
      assert.deepEqual(named.sort(), names.slice(0, 10).sort())
      return true
    },
  )
  assert.deepEqual([existsSync(join(out, 'images.arrow')), readdirSync(out)], [false, []])
})
