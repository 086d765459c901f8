#!/usr/bin/env -S node --import tsx
// Draws the embedded default data set: the same emoji by several vendors, one folder of pictures per emoji (data/emoji).
import {mkdir, readdir, rename, rm, writeFile} from 'node:fs/promises'
import {basename, dirname, join, relative, resolve} from 'node:path'
import {findClasses} from './emoji/classes.ts'
import {drawClasses} from './emoji/draw.ts'
import {describeLicences} from './emoji/licences.ts'
import {loadSets} from './emoji/sets.ts'

await drawDemoData(resolve(process.argv[2] ?? join(import.meta.dirname, '../data/emoji')))

async function drawDemoData(folder: string): Promise<void> {
  const start = performance.now()
  const temporary = `${folder}.drawing-${process.pid}`
  await mkdir(temporary, {recursive: true})
  try {
    const sets = loadSets()
    const classes = findClasses(sets)
    await writeFile(join(temporary, 'LICENCES.txt'), describeLicences(sets))
    const sha256 = await drawClasses(classes, sets, temporary)
    // The folder appears whole or not at all: a kill leaves only a folder that nobody reads.
    await rename(folder, `${temporary}.old`).catch(() => undefined)
    await rename(temporary, folder)
    const pictures = classes.reduce((count, {drawings}) => count + drawings.size, 0)
    const seconds = ((performance.now() - start) / 1000).toFixed(1)
    console.error(
      `drew ${classes.length} classes, ${pictures} pictures into ${relative('.', folder)} (${seconds} s, sha256 ${sha256.slice(0, 12)})`,
    )
  } finally {
    for (const name of await readdir(dirname(folder))) {
      if (name.startsWith(`${basename(folder)}.drawing-`)) await rm(join(dirname(folder), name), {recursive: true})
    }
  }
}
