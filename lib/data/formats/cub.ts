import {readFile} from 'node:fs/promises'
import {isAbsolute, join} from 'node:path'
import {bounded} from '../bounded.ts'
import {checkRoot, type DataSet, throwProblems} from './data-set.ts'
import {listFolder} from './folder-tree.ts'

/**
 * Reads the folder of CUB-200-2011: images.txt `<image id> <class folder>/<file>`, image_class_labels.txt `<image id> <class id>`,
 * classes.txt `<class id> <name>` where present. Ids are the official ones, labels are class ids minus 1, the order is that of images.txt.
 * @throws UserError that lists everything wrong: missing index files, bad rows, files without a row, rows without a file.
 */
export async function readCubDataSet(root: string): Promise<DataSet> {
  await checkRoot(root)
  const problems: string[] = []
  const images = await readIndex(root, 'images.txt', problems)
  const labels = await readIndex(root, 'image_class_labels.txt', problems)
  const classes = await readIndex(root, 'classes.txt', problems, 'optional')
  if (images !== undefined && labels !== undefined) {
    compareIds(images, labels, problems)
    checkLabels(labels, problems)
    checkPaths(images, problems)
    await compareFiles(root, images, problems)
  }
  throwProblems(root, problems)
  return assemble(images!, labels!, classes ?? new Map())
}

/** Text of every row by its leading number, in file order. */
type Index = ReadonlyMap<number, string>

async function readIndex(
  root: string,
  name: string,
  problems: string[],
  presence: 'needed' | 'optional' = 'needed',
): Promise<Index | undefined> {
  const text = await readFile(join(root, name), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') problems.push(`${name} cannot be read (${error.code}).`)
    else if (presence === 'needed')
      problems.push(`${name} is missing. Set data.root to the folder that holds images.txt, or use data.format folder.`)
    return undefined
  })
  if (text === undefined) return undefined
  const rows = new Map<number, string>()
  const malformed: string[] = []
  const repeated: string[] = []
  for (const [number, line] of text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries()) {
    if (line.trim() === '') continue
    const match = /^\s*(\d{1,9})[ \t]+(.*\S)\s*$/.exec(line)
    if (match === null) malformed.push(`line ${number + 1} "${line.slice(0, 60)}"`)
    else if (rows.has(Number(match[1]))) repeated.push(match[1]!)
    else rows.set(Number(match[1]), match[2]!)
  }
  if (malformed.length > 0)
    problems.push(`${name} has ${malformed.length} rows that are not "<number> <text>": ${bounded(malformed)}.`)
  if (repeated.length > 0) problems.push(`${name} has ${repeated.length} numbers twice: ${bounded(repeated)}.`)
  if (rows.size === 0 && malformed.length === 0) problems.push(`${name} is empty.`)
  return rows
}

function compareIds(images: Index, labels: Index, problems: string[]): void {
  const unlabelled = [...images.keys()].filter((id) => !labels.has(id))
  const unknown = [...labels.keys()].filter((id) => !images.has(id))
  if (unlabelled.length > 0)
    problems.push(
      `image_class_labels.txt lacks ${unlabelled.length} images of images.txt: ${bounded(unlabelled.map(String))}.`,
    )
  if (unknown.length > 0)
    problems.push(
      `images.txt lacks ${unknown.length} images of image_class_labels.txt: ${bounded(unknown.map(String))}.`,
    )
}

function checkLabels(labels: Index, problems: string[]): void {
  const wrong = [...labels]
    .filter(([, label]) => !/^[1-9]\d{0,8}$/.test(label))
    .map(([id, label]) => `image ${id} "${label}"`)
  if (wrong.length > 0)
    problems.push(
      `image_class_labels.txt has ${wrong.length} class ids that are not whole numbers from 1: ${bounded(wrong)}.`,
    )
}

function checkPaths(images: Index, problems: string[]): void {
  const paths = [...images.values()]
  const leaving = paths.filter((path) => isAbsolute(path) || path.split('/').includes('..'))
  const seen = new Set<string>()
  const twice = paths.filter((path) => seen.size === seen.add(path).size)
  if (leaving.length > 0)
    problems.push(`images.txt has ${leaving.length} paths that lead out of the folder images: ${bounded(leaving)}.`)
  if (twice.length > 0) problems.push(`images.txt names ${twice.length} files twice: ${bounded(twice)}.`)
}

async function compareFiles(root: string, images: Index, problems: string[]): Promise<void> {
  const files = await listTree(join(root, 'images'), '')
  if (files === undefined) {
    problems.push('the folder images is missing or cannot be listed.')
    return
  }
  const indexed = new Set(images.values())
  const missing = [...indexed].filter((path) => !files.has(path))
  const extra = [...files].filter((path) => !indexed.has(path))
  if (missing.length > 0)
    problems.push(
      `images.txt names ${missing.length} files that are not there: ${bounded(missing)}. Restore them, or remove their rows.`,
    )
  if (extra.length > 0)
    problems.push(
      `the folder images has ${extra.length} files that images.txt does not name: ${bounded(extra)}. Remove them, or add their rows.`,
    )
}

/** Paths of all files below a folder, hidden ones left out; undefined when the folder cannot be listed. */
async function listTree(folder: string, prefix: string): Promise<Set<string> | undefined> {
  const entries = await listFolder(folder).catch(() => undefined)
  if (entries === undefined) return undefined
  const files = new Set<string>()
  for (const {name, kind} of entries) {
    if (kind === 'file') files.add(prefix + name)
    if (kind === 'folder')
      for (const path of (await listTree(join(folder, name), `${prefix}${name}/`)) ?? []) files.add(path)
  }
  return files
}

function assemble(images: Index, labels: Index, classes: Index): DataSet {
  const id = [...images.keys()]
  const path = [...images.values()]
  const label = id.map((one) => Number(labels.get(one)) - 1)
  const classNames = new Map([...classes].map(([classId, name]) => [classId - 1, name]))
  for (const [row, one] of label.entries()) {
    if (!classNames.has(one)) classNames.set(one, path[row]!.split('/')[0]!)
  }
  return {id, path: path.map((one) => `images/${one}`), label, classNames, notes: []}
}
