import {existsSync} from 'node:fs'
import {readFile} from 'node:fs/promises'
import {join} from 'node:path'

const names = ['LICENCES.txt', 'LICENCE.txt', 'LICENSES.txt', 'LICENSE.txt', 'LICENCE', 'LICENSE']

/** What a data set's own licence file says about its pictures; empty without one. */
export async function readCredits(root: string | undefined): Promise<string[]> {
  const name = names.find((name) => root !== undefined && existsSync(join(root, name)))
  if (root === undefined || name === undefined) return []
  return [(await readFile(join(root, name), 'utf8')).slice(0, 10_000)]
}
