import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'
import type {TestContext} from 'node:test'
import sharp from 'sharp'
import {openRandom} from '../../lib/random.ts'

/** A new folder that is removed when the test ends. */
export function temporaryFolder(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'nearmiss-data-'))
  context.after(() => rmSync(folder, {recursive: true, force: true}))
  return folder
}

/** Random pixels of a picture, the same for the same number: [height, width, 3]. */
export function drawPixels(number: number, width: number, height: number): Uint8Array {
  const random = openRandom('draw-pixels', number)
  return Uint8Array.from({length: width * height * 3}, () => random.below(256))
}

/** A PNG or JPEG file of random pixels; different numbers give different files. */
export function drawPicture(
  number: number,
  options: {width?: number; height?: number; format?: 'png' | 'jpeg'} = {},
): Promise<Buffer> {
  const {width = 12, height = 10, format = 'png'} = options
  return sharp(drawPixels(number, width, height), {raw: {width, height, channels: 3}})
    .toFormat(format)
    .toBuffer()
}

/** Writes files below a folder, `{'cat/1.png': buffer, 'images.txt': 'text'}`; missing folders are made. */
export function writeFiles(root: string, files: Readonly<Record<string, Buffer | string>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), {recursive: true})
    writeFileSync(join(root, path), content)
  }
}

/** Writes pictures, a different one to every path. */
export async function writePictures(root: string, paths: readonly string[]): Promise<void> {
  for (const [number, path] of paths.entries()) writeFiles(root, {[path]: await drawPicture(number)})
}
