import assert from 'node:assert/strict'
import {readdir, readFile} from 'node:fs/promises'
import {join} from 'node:path'
import {test} from 'node:test'
import sharp from 'sharp'
import {analyse} from '../../lib/report/analysis/analyse.ts'
import {writeFigures} from '../../lib/report/figures.ts'
import {openPictures} from '../../lib/report/pictures.ts'
import {writeRows} from '../../lib/report/write-rows.ts'
import {someFacts, someTables, temporaryFolder} from './fixtures.ts'

test('every figure is written as SVG and PNG, and the numbers behind them as CSV and JSON', async (context) => {
  const folder = await temporaryFolder(context)
  const labels = Array.from({length: 30}, (_, row) => Math.floor(row / 5))
  const tables = await someTables(folder, labels, ['a', 'b', 'c', 'd', 'e', 'f'])
  await writeFigures(join(folder, 'out'), someFacts(), analyse(tables), openPictures(tables.images))
  const files = new Set(await readdir(join(folder, 'out')))
  for (const name of ['info-plot', 'recoveries', 'curve-precision_at_1', 'curve-loss', 'recall', 'distances', 'map']) {
    assert.ok(files.has(`${name}.svg`), name)
    assert.equal((await sharp(join(folder, 'out', `${name}.png`)).metadata()).format, 'png')
  }
  const epochs = JSON.parse(await readFile(join(folder, 'out/epochs.json'), 'utf8'))
  assert.deepEqual(epochs[1], {
    epoch: 1,
    best: true,
    precision_at_1: 0.5,
    precision_at_1_low: 0.45,
    precision_at_1_high: 0.55,
    loss: 1.5,
    active_fraction: 0.5,
    positive_distance: 0.4,
    negative_distance: 0.9,
    seconds: 12,
  })
  const csv = await readFile(join(folder, 'out/epochs.csv'), 'utf8')
  assert.equal(csv.split('\n')[1], '0,false,0.3,0.25,0.35,,,,,')
  assert.equal(
    (await readFile(join(folder, 'out/recoveries.csv'), 'utf8')).split('\n')[0],
    'how,query,rank,image,distance,right',
  )
})

test('a table quotes what CSV needs quoted, and no cell is a formula', async (context) => {
  const folder = await temporaryFolder(context)
  await writeRows(folder, 't', [{name: 'a,"b"\nc', value: Number.NaN}, {name: '=1+1'}, {name: '-2', value: -2}])
  assert.equal(await readFile(join(folder, 't.csv'), 'utf8'), 'name,value\n"a,""b""\nc",\n\'=1+1,\n\'-2,-2\n')
  assert.deepEqual(JSON.parse(await readFile(join(folder, 't.json'), 'utf8')), [
    {name: 'a,"b"\nc', value: null},
    {name: '=1+1', value: null},
    {name: '-2', value: -2},
  ])
})
