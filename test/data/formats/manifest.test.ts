import assert from 'node:assert/strict'
import {join} from 'node:path'
import {test} from 'node:test'
import {Bool, Int32, Table, tableToIPC, Utf8, vectorFromArray} from 'apache-arrow'
import {read} from '../../../lib/data/formats/manifest.ts'
import {temporaryFolder, writeFiles} from '../pictures.ts'

const pictures = {'a/1.jpg': 'x', 'a/2, side.jpg': 'x', 'b/1.jpg': 'x', 'b/2.jpg': 'x'}
const openMetricLearning = [
  'label,path,split,is_query,is_gallery,x_1,y_1,x_2,y_2,category',
  'owl,a/1.jpg,train,,,1,2,3,4,bird',
  'owl,"a/2, side.jpg",train,,,,,,,bird',
  'gull,b/1.jpg,validation,True,False,,,,,bird',
  'gull,./b/2.jpg,validation,False,True,,,,,bird',
  '',
].join('\n')

test("open-metric-learning's df.csv is read: labels numbered by name, queries and gallery, a word about boxes", async (context) => {
  const root = temporaryFolder(context)
  writeFiles(root, {...pictures, 'df.csv': openMetricLearning})
  const found = await read(root, {})
  assert.deepEqual(found.id, [0, 1, 2, 3])
  assert.deepEqual(found.path, ['a/1.jpg', 'a/2, side.jpg', 'b/1.jpg', 'b/2.jpg'])
  assert.deepEqual(found.label, [1, 1, 0, 0])
  assert.deepEqual(
    [...found.classNames],
    [
      [1, 'owl'],
      [0, 'gull'],
    ],
  )
  assert.deepEqual(found.official, ['train', 'train', 'val', 'val'])
  assert.deepEqual(found.testSets, [{name: 'manifest', queries: [2], gallery: [3]}])
  assert.match(found.notes.join(), /df\.csv has boxes .* not used: pictures are taken whole/)
})

test('a byte order mark, Windows line ends and paths written whole make no difference', async (context) => {
  const root = temporaryFolder(context)
  const rows = `path,label\r\n${join(root, 'a/1.jpg')},7\r\nb/1.jpg,3\r\n`
  writeFiles(root, {...pictures, 'tables/mine.csv': `\uFEFF${rows}`})
  const found = await read(root, {manifest: 'tables/mine.csv'})
  assert.deepEqual([found.path, found.label, found.official], [['a/1.jpg', 'b/1.jpg'], [7, 3], undefined])
})

test('sides that share classes are a closed set, and no split that keeps classes apart', async (context) => {
  const root = temporaryFolder(context)
  writeFiles(root, {
    ...pictures,
    'manifest.csv': 'path,label,split\na/1.jpg,0,train\nb/1.jpg,0,validation\nb/2.jpg,1,\n',
  })
  const found = await read(root, {})
  assert.equal(found.official, undefined)
  assert.deepEqual(found.closedSet, ['train', 'test', 'unused'])
})

test('an Arrow table with true and false is read like the CSV', async (context) => {
  const root = temporaryFolder(context)
  const flags = (...values: boolean[]) => vectorFromArray(values, new Bool())
  const whole = new Table({
    path: vectorFromArray(['a/1.jpg', 'b/1.jpg', 'b/2.jpg'], new Utf8()),
    label: vectorFromArray([4, 5, 5], new Int32()),
    is_query: flags(false, true, false),
    is_gallery: flags(false, false, true),
  })
  writeFiles(root, {...pictures, 'manifest.arrow': Buffer.from(tableToIPC(whole, 'file'))})
  const found = await read(root, {})
  assert.deepEqual(found.label, [4, 5, 5])
  assert.deepEqual(found.testSets, [{name: 'manifest', queries: [1], gallery: [2]}])
})

test('queries of a split look among the gallery of the same split', async (context) => {
  const root = temporaryFolder(context)
  const rows = ['a/1.jpg,0,val,1,0', 'a/2, side.jpg,0,val,0,1', 'b/1.jpg,1,test,1,1', 'b/2.jpg,1,test,0,1']
  const quoted = rows.map((row) => row.replace('a/2, side.jpg', '"a/2, side.jpg"'))
  writeFiles(root, {
    ...pictures,
    'manifest.csv': ['path,label,split,is_query,is_gallery', ...quoted, ''].join('\n'),
  })
  assert.deepEqual((await read(root, {})).testSets, [
    {name: 'manifest-val', queries: [0], gallery: [1]},
    {name: 'manifest-test', queries: [2], gallery: [2, 3]},
  ])
})

test('everything wrong with a manifest is listed at once, with its lines', async (context) => {
  const root = temporaryFolder(context)
  writeFiles(root, {
    ...pictures,
    'manifest.csv':
      'path,label,split,id,is_query\na/1.jpg,0,train,1,\n\na/1.jpg,0,dev,1,\n../x.jpg,1,test,-2,maybe\nb/2.jpg,,test,3,no\n',
  })
  await assert.rejects(read(root, {}), {
    name: 'UserError',
    message: [
      `The data set "${root}" cannot be used:`,
      '- manifest.csv has rows without path or label (1): line 6.',
      '- manifest.csv has splits that are not train, val, validation, test or unused (1): line 4 "dev".',
      '- manifest.csv has is_query or is_gallery that is neither true nor false (2): line 5 is_query "maybe", line 6 is_query "no".',
      '- manifest.csv has ids that are not whole numbers from 0 to 2147483647 (1): line 5 "-2".',
      '- manifest.csv has image numbers more than once (1): 1.',
      '- manifest.csv names files more than once (1): a/1.jpg.',
      '- manifest.csv has paths that lead out of the folder (1): ../x.jpg.',
    ].join('\n'),
  })
})

const refused: [string, Record<string, string>, RegExp][] = [
  [
    'no manifest',
    {},
    /holds none of manifest\.csv, manifest\.arrow, manifest\.parquet, df\.csv, df_with_bboxes\.csv\. Set data\.manifest/,
  ],
  ['other columns', {'df.csv': 'file,class\na,b\n'}, /df\.csv lacks the columns path and label; it has file, class\./],
  [
    'rows of other lengths',
    {'df.csv': 'path,label\na,b,c\n'},
    /df\.csv is no CSV file: Invalid Record Length.* line 2/,
  ],
  ['a quote that is left open', {'df.csv': 'path,label\n"a,b\n'}, /df\.csv is no CSV file: Quote Not Closed/],
  ['an empty file', {'df.csv': ''}, /df\.csv is empty: its first line must name the columns\./],
  ['a header alone', {'df.csv': 'path,label\n'}, /df\.csv has no rows\./],
  [
    'two columns of one name',
    {'df.csv': 'path,label,label\na,b,c\n'},
    /df\.csv has two columns "label"\. Rename one\./,
  ],
  ['no Arrow file', {'manifest.arrow': 'nonsense'}, /is no \.npy, Parquet or Arrow IPC file/],
]
for (const [what, files, message] of refused) {
  test(`${what}: refused with the way out`, async (context) => {
    const root = temporaryFolder(context)
    writeFiles(root, files)
    await assert.rejects(read(root, {}), {name: 'UserError', message})
  })
}

test('semicolons and tabs separate columns where the header has no comma', async (context) => {
  const root = temporaryFolder(context)
  for (const separator of [';', '\t']) {
    const rows = [
      ['path', 'label'],
      ['a/2, side.jpg', 'owl'],
      ['b/1.jpg', 'gull'],
    ]
    writeFiles(root, {...pictures, 'manifest.csv': rows.map((row) => row.join(separator)).join('\r\n')})
    assert.deepEqual((await read(root, {})).path, ['a/2, side.jpg', 'b/1.jpg'])
  }
})

test('a file that is not there is named beside the other mistakes', async (context) => {
  const root = temporaryFolder(context)
  writeFiles(root, {...pictures, 'manifest.csv': 'path,label,split\na/1.jpg,0,trian\nb/9.jpg,0,train\n'})
  await assert.rejects(read(root, {}), /line 2 "trian"\.\n- .*files that are not there \(1\): b\/9\.jpg\. Restore them/)
})

test('swapped columns are called so', async (context) => {
  const root = temporaryFolder(context)
  writeFiles(root, {...pictures, 'manifest.csv': 'path,label\na,a/1.jpg\na,b/1.jpg\n'})
  await assert.rejects(read(root, {}), /columns swapped: label "a\/1\.jpg" is a file, and path is not\./)
})

test('texts that are not UTF-8 are refused before their names turn into others', async (context) => {
  const root = temporaryFolder(context)
  for (const encoding of ['latin1', 'utf16le'] as const) {
    writeFiles(root, {'manifest.csv': Buffer.from('\uFEFFpath,label\nZoë/1.jpg,owl\n'.slice(1), encoding)})
    if (encoding === 'utf16le') writeFiles(root, {'manifest.csv': Buffer.from('\uFEFFpath,label\n', encoding)})
    await assert.rejects(read(root, {}), /manifest\.csv is no CSV file: it is not UTF-8\. Save it as "CSV UTF-8"\./)
  }
})

test('Parquet compressed with zstd, as polars writes it, is read', async (context) => {
  const root = temporaryFolder(context)
  // pyarrow.parquet.write_table({'path': ['a/1.jpg', 'b/1.jpg'], 'label': ['owl', 'gull']}, compression='zstd', use_dictionary=False)
  const parquet =
    'UEFSMRUAFTgVSiwVBBUAFQYVBhwAAAAotS/9IBzhAAACAAAABAEHAAAAYS8xLmpwZwcAAABiLzEuanBnFQAVKhU8LBUEFQAVBhUGHAAAACi1L/0gFakAAAIAAAAEAQMAAABvd2wEAAAAZ3VsbBUEGTw1ABgGc2NoZW1hFQQAFQwlAhgEcGF0aCUATBwAAAAVDCUCGAVsYWJlbCUATBwAAAAWBBkcGSwmABwVDBklBgAZGARwYXRoFQwWBBZeFnAmCEkcFQAVABUCADwWHBkGGSYABAAAACYAHBUMGSUGABkYBWxhYmVsFQwWBBZQFmImeEkcFQAVABUCADwWDhkGGSYABAAAABauARYEJggW0gEAKCBwYXJxdWV0LWNwcC1hcnJvdyB2ZXJzaW9uIDI2LjAuMRksHAAAHAAAAM8AAABQQVIx'
  writeFiles(root, {...pictures, 'manifest.parquet': Buffer.from(parquet, 'base64')})
  const {path, classNames} = await read(root, {})
  assert.deepEqual(
    [path, [...classNames.values()].sort()],
    [
      ['a/1.jpg', 'b/1.jpg'],
      ['gull', 'owl'],
    ],
  )
})

test('a stream of Arrow and a compressed Feather file are told as what they are', async (context) => {
  const root = temporaryFolder(context)
  const table = new Table({path: vectorFromArray(['a/1.jpg'], new Utf8())})
  writeFiles(root, {'manifest.arrow': Buffer.from(tableToIPC(table, 'stream'))})
  await assert.rejects(read(root, {}), /is no \.npy, Parquet or Arrow IPC file \(.*, as a stream of Arrow does\)/)
  // pyarrow.feather.write_feather({'path': ['a/1.jpg'] * 40})
  const feather =
    'QVJST1cxAAD/////cAAAABAAAAAAAAoADAAGAAUACAAKAAAAAAEEAAwAAAAIAAgAAAAEAAgAAAAEAAAAAQAAABQAAAAQABQACAAGAAcADAAAABAAEAAAAAAAAQUQAAAAHAAAAAQAAAAAAAAABAAAAHBhdGgAAAAABAAEAAQAAAD/////qAAAABQAAAAAAAAADAAYAAYABQAIAAwADAAAAAADBAAcAAAA6AAAAAAAAAAAAAAADAAcABAABAAIAAwADAAAAFgAAAAcAAAAFAAAACgAAAAAAAAAAAAAAAQABAAEAAAAAwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAALsAAAAAAAAAwAAAAAAAAAAoAAAAAAAAAAAAAAABAAAAKAAAAAAAAAAAAAAAAAAAAKQAAAAAAAAABCJNGGBAgqQAAIAAAAAABwAAAA4AAAAVAAAAHAAAACMAAAAqAAAAMQAAADgAAAA/AAAARgAAAE0AAABUAAAAWwAAAGIAAABpAAAAcAAAAHcAAAB+AAAAhQAAAIwAAACTAAAAmgAAAKEAAACoAAAArwAAALYAAAC9AAAAxAAAAMsAAADSAAAA2QAAAOAAAADnAAAA7gAAAPUAAAD8AAAAAwEAAAoBAAARAQAAGAEAAAAAAAAAAAAAABgBAAAAAAAABCJNGGBAghEAAAB/YS8xLmpwZwcA+VAxLmpwZwAAAAD/////AAAAABAAAAAMABQABgAIAAwAEAAMAAAAAAAEADQAAAAkAAAABAAAAAEAAACAAAAAAAAAALAAAAAAAAAA6AAAAAAAAAAAAAAACAAIAAAABAAIAAAABAAAAAEAAAAUAAAAEAAUAAgABgAHAAwAAAAQABAAAAAAAAEFEAAAABwAAAAEAAAAAAAAAAQAAABwYXRoAAAAAAQABAAEAAAAmAAAAEFSUk9XMQ=='
  writeFiles(root, {'manifest.arrow': Buffer.from(feather, 'base64')})
  await assert.rejects(read(root, {}), /is compressed, which is not read\. Write it with compression "uncompressed"/)
})
