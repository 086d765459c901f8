import {readFileSync} from 'node:fs'
import {resolve} from 'node:path'

const folder = resolve(process.env.GOLDEN_DIR ?? resolve(import.meta.dirname, 'golden'))

/** Reads one file of golden numbers, `golden('losses.json')`, from GOLDEN_DIR or test/golden. */
export function golden(name: string): unknown {
  return JSON.parse(readFileSync(resolve(folder, name), 'utf8'))
}

/** Path of a golden file that is not JSON, `goldenFile('images/tiny.png')`. */
export function goldenFile(name: string): string {
  return resolve(folder, name)
}
