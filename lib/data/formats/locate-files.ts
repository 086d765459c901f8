import {join} from 'node:path'
import {listFolder} from './folder-tree.ts'
import {leadsOut, note} from './index-file.ts'

/** Where the pictures of a list are. */
export interface Located {
  /** As the folder has them, in the order of the list. */
  readonly path: readonly string[]
  /** Sentences worth telling. */
  readonly notes: readonly string[]
}

/**
 * Looks for the files that a list names, by listing their folders once: 120,000 single questions would take minutes on a network disk. What is
 * not there is noted as a problem. A name that is there in another Unicode form alone is found: é may be one character or an e with an
 * accent, lists are often written in the first and archives from macOS in the second.
 */
export async function locateFiles(
  root: string,
  paths: readonly string[],
  source: string,
  problems: string[],
): Promise<Located> {
  const folderAt = openFolders(root)
  const missing: string[] = []
  const path: string[] = []
  const given = new Map<string, string>()
  const twice: string[] = []
  for (const wanted of paths) {
    const found = wanted === '' || leadsOut(wanted) ? wanted : await locate(wanted, folderAt)
    if (found === undefined) missing.push(wanted)
    else if ((given.get(found) ?? wanted) !== wanted) twice.push(found)
    path.push(found ?? wanted)
    given.set(found ?? wanted, wanted)
  }
  note(problems, `${source} names files that are not there`, missing, 'Restore them, or remove their rows.')
  note(problems, `${source} names files in two Unicode forms`, twice, 'Keep one row of each.')
  const notes: string[] = []
  const others = paths.filter((wanted, row) => wanted !== path[row])
  note(notes, `${source} has names that the folder has in another Unicode form, in which they are used`, others)
  return {path, notes}
}

type FolderAt = (prefix: string) => Promise<Folder | undefined>

async function locate(path: string, folderAt: FolderAt): Promise<string | undefined> {
  const start = path.lastIndexOf('/') + 1
  const folder = await folderAt(path.slice(0, start))
  const name = folder?.find(path.slice(start), 'file')
  return name === undefined ? undefined : folder!.prefix + name
}

/** A folder that was listed. */
interface Folder {
  /** Its path on the disk, with a slash behind it; empty for the root. */
  readonly prefix: string
  /** An entry by its name, else the only one with that name in another Unicode form. */
  readonly find: (name: string, kind: 'file' | 'folder') => string | undefined
}

/** Folders by their paths in any Unicode form, each listed once. */
function openFolders(root: string): FolderAt {
  const known = new Map<string, Promise<Folder | undefined>>()
  const folderAt: FolderAt = (prefix) => {
    const folder = known.get(prefix) ?? open(prefix)
    known.set(prefix, folder)
    return folder
  }
  const open: FolderAt = async (prefix) => {
    const entries = await listFolder(join(root, prefix)).catch(() => undefined)
    if (entries !== undefined) return {prefix, find: openNames(entries)}
    if (prefix === '') return undefined
    const start = prefix.lastIndexOf('/', prefix.length - 2) + 1
    const above = await folderAt(prefix.slice(0, start))
    const name = above?.find(prefix.slice(start, -1), 'folder')
    const other = name === undefined ? prefix : `${above!.prefix}${name}/`
    return other === prefix ? undefined : folderAt(other)
  }
  return folderAt
}

function openNames(entries: Awaited<ReturnType<typeof listFolder>>): Folder['find'] {
  const kinds = new Map(entries.map(({name, kind}) => [name, kind]))
  let forms: Map<string, string[]> | undefined
  return (name, wanted) => {
    if (kinds.has(name)) return kinds.get(name) === wanted ? name : undefined
    forms ??= groupForms(kinds.keys())
    const alike = (forms.get(name.normalize()) ?? []).filter((own) => kinds.get(own) === wanted)
    return alike.length === 1 ? alike[0] : undefined
  }
}

/** Names that are different and look alike, one of each: they differ in their Unicode form alone. */
export function findLookAlikes(names: Iterable<string>): string[] {
  return [...groupForms(new Set(names)).values()].flatMap((alike) => (alike.length > 1 ? [alike[0]!] : []))
}

function groupForms(names: Iterable<string>): Map<string, string[]> {
  const forms = new Map<string, string[]>()
  for (const name of names) forms.set(name.normalize(), [...(forms.get(name.normalize()) ?? []), name])
  return forms
}
