import {readdir, realpath, stat} from 'node:fs/promises'
import {join} from 'node:path'

export interface Entry {
  readonly name: string
  readonly kind: 'file' | 'folder' | 'broken link'
}

/** Entries of a folder in the order of their code points, links followed; hidden ones (`.DS_Store`, `._bird.jpg`) left out. */
export async function listFolder(folder: string): Promise<Entry[]> {
  const found = await readdir(folder, {withFileTypes: true})
  const visible = found.filter(({name}) => !name.startsWith('.'))
  const entries = await Promise.all(
    visible.map(async (entry): Promise<Entry> => {
      // Data sets are often farms of links; a dirent tells of the link, not of what it leads to.
      const target = entry.isSymbolicLink() ? await stat(join(folder, entry.name)).catch(() => undefined) : entry
      return {name: entry.name, kind: target === undefined ? 'broken link' : target.isDirectory() ? 'folder' : 'file'}
    }),
  )
  return entries.sort((a, b) => compareCodePoints(a.name, b.name))
}

/** Paths of all files below a folder, links followed, hidden ones left out; links that lead back to where one came from are told, not followed. */
export async function listTree(folder: string): Promise<{files: string[]; circles: string[]}> {
  const files: string[] = []
  const circles: string[] = []
  const visit = async (own: string, prefix: string, above: readonly string[]): Promise<void> => {
    const real = await realpath(own)
    if (above.includes(real)) {
      circles.push(prefix.slice(0, -1))
      return
    }
    for (const {name, kind} of await listFolder(own)) {
      if (kind === 'file') files.push(prefix + name)
      if (kind === 'folder') await visit(join(own, name), `${prefix}${name}/`, [...above, real])
    }
  }
  await visit(folder, '', [])
  return {files, circles}
}

/** Order of code points, which is that of UTF-8 bytes; comparing strings would order emoji by UTF-16 halves. */
function compareCodePoints(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}
