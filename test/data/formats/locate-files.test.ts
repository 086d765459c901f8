import assert from 'node:assert/strict'
import {mkdirSync} from 'node:fs'
import {join} from 'node:path'
import {test} from 'node:test'
import {locateFiles} from '../../../lib/data/formats/locate-files.ts'
import {listImages} from '../../../lib/data/list-images.ts'
import {dataParameters} from '../../../lib/data/parameters.ts'
import {temporaryFolder, writeFiles, writePictures} from '../pictures.ts'

// One letter in three forms: composed, decomposed, and with its two marks in the other order, which is the same letter still.
const composed = '\u1e69'
const decomposed = 's\u0323\u0307'
const otherwise = 's\u0307\u0323'

async function locate(root: string, ...paths: string[]) {
  const problems: string[] = []
  return {...(await locateFiles(root, paths, 'list.txt', problems)), problems}
}

test('a name is taken as it is written where it is there so, and else in the only other form that is there', async (context) => {
  const root = temporaryFolder(context)
  writeFiles(root, {[`${decomposed}/${composed}.png`]: '', [`${decomposed}/${decomposed}.png`]: '', 'plain/1.png': ''})
  assert.deepEqual(
    await locate(root, 'plain/1.png', `${decomposed}/${composed}.png`, `${decomposed}/${decomposed}.png`),
    {
      path: ['plain/1.png', `${decomposed}/${composed}.png`, `${decomposed}/${decomposed}.png`],
      notes: [],
      problems: [],
    },
  )
  const {path, notes, problems} = await locate(root, `${composed}/${composed}.png`, 'plain/1.png')
  assert.deepEqual([path, problems], [[`${decomposed}/${composed}.png`, 'plain/1.png'], []])
  assert.deepEqual(notes, [
    `list.txt has names that the folder has in another Unicode form, in which they are used (1): ${composed}/${composed}.png.`,
  ])
})

test('a name that could mean two files, a folder, or nothing is missing', async (context) => {
  const root = temporaryFolder(context)
  writeFiles(root, {[`a/${composed}.png`]: '', [`a/${decomposed}.png`]: ''})
  mkdirSync(join(root, `b/${decomposed}.png`), {recursive: true})
  const wanted = [`a/${otherwise}.png`, `b/${composed}.png`, `c/${composed}/1.png`, `a/${composed}.jpg`]
  const {problems} = await locate(root, ...wanted)
  assert.deepEqual(problems, [
    `list.txt names files that are not there (4): ${wanted.join(', ')}. Restore them, or remove their rows.`,
  ])
})

test('rows that name one file in two forms are refused', async (context) => {
  const root = temporaryFolder(context)
  writeFiles(root, {[`a/${decomposed}.png`]: ''})
  const {problems} = await locate(root, `a/${decomposed}.png`, `a/${composed}.png`)
  assert.deepEqual(problems, [
    `list.txt names files in two Unicode forms (1): a/${decomposed}.png. Keep one row of each.`,
  ])
})

test('of one folder a class each: pictures that look alike by name are both kept, folders that do are refused', async (context) => {
  const root = temporaryFolder(context)
  const pictures = ['a', 'b', 'c'].flatMap((name) => [`${name}/${composed}.png`, `${name}/${decomposed}.png`])
  await writePictures(root, pictures)
  const data = dataParameters.parse({format: 'folder', root, protocol: 'classes', train: '0-1', val: 2})
  assert.deepEqual([...(await listImages(data)).images.path].sort(), pictures.sort())
  await writePictures(root, [`${composed}/1.png`, `${decomposed}/1.png`])
  await assert.rejects(
    listImages(data),
    /Class folders whose names differ in their Unicode form alone \(1\): .* rename one/,
  )
})

test('labels of a manifest that look alike are refused: they would be two classes', async (context) => {
  const root = temporaryFolder(context)
  await writePictures(root, ['1.png', '2.png', '3.png'])
  writeFiles(root, {'manifest.csv': `path,label\n1.png,${composed}\n2.png,${decomposed}\n3.png,b\n`})
  const data = dataParameters.parse({format: 'manifest', root, protocol: 'halves'})
  await assert.rejects(listImages(data), /manifest\.csv has labels that differ in their Unicode form alone \(1\): /)
})
