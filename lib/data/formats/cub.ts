import {readFile} from 'node:fs/promises'
import {isAbsolute, join} from 'node:path'
import type {Box} from '../box.ts'
import {boxBetween} from './boxes.ts'
import {checkRoot, type DataSet, type ReaderOptions, throwProblems} from './data-set.ts'
import {listTree} from './folder-tree.ts'
import {note} from './index-file.ts'
import {type Located, locateFiles} from './locate-files.ts'

/**
 * Reads the folder of CUB-200-2011: images.txt `<image id> <class folder>/<file>`, image_class_labels.txt `<image id> <class id>`,
 * classes.txt `<class id> <name>` and train_test_split.txt `<image id> <1 train, 0 test>` where present, bounding_boxes.txt `<image id> <x> <y> <width> <height>`
 * where boxes are wanted. Ids are the official ones, labels are class ids minus 1, the order is that of images.txt.
 * @throws UserError that lists everything wrong: missing index files, bad rows, files without a row, rows without a file.
 */
export async function read(root: string, options: ReaderOptions): Promise<DataSet> {
  await checkRoot(root)
  const problems: string[] = []
  const images = await readIndex(root, 'images.txt', problems)
  const labels = await readIndex(root, 'image_class_labels.txt', problems)
  const classes = await readIndex(root, 'classes.txt', problems, 'optional')
  const sides = await readIndex(root, 'train_test_split.txt', problems, 'optional')
  const boxes = options.boxes ? await readIndex(root, 'bounding_boxes.txt', problems) : undefined
  if (images !== undefined && labels !== undefined) {
    compareIds(images, labels, problems)
    checkLabels(labels, problems)
    checkPaths(images, problems)
    if (sides !== undefined) checkSides(sides, images, problems)
    if (boxes !== undefined) checkBoxes(boxes, images, problems)
  }
  const located = images && labels && (await compareFiles(root, images, problems))
  throwProblems(`The data set "${root}" cannot be used`, problems)
  const found = assemble(images!, labels!, classes ?? new Map(), sides, located!)
  return boxes === undefined ? found : {...found, boxes: found.id.map((id) => parseBox(boxes.get(id)!))}
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
      problems.push(`${name} is missing: data.format cub needs it. Set data.root to its folder.`)
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
  note(problems, `${name} has rows that are not "<number> <text>"`, malformed)
  note(problems, `${name} has numbers more than once`, repeated)
  if (rows.size === 0 && malformed.length === 0) problems.push(`${name} is empty.`)
  return rows
}

function compareIds(images: Index, labels: Index, problems: string[]): void {
  const without = (a: Index, b: Index) => [...a.keys()].filter((id) => !b.has(id)).map(String)
  note(problems, 'image_class_labels.txt lacks images of images.txt', without(images, labels))
  note(problems, 'images.txt lacks images of image_class_labels.txt', without(labels, images))
}

function checkLabels(labels: Index, problems: string[]): void {
  const wrong = [...labels]
    .filter(([, label]) => !/^[1-9]\d{0,8}$/.test(label))
    .map(([id, label]) => `image ${id} "${label}"`)
  note(problems, 'image_class_labels.txt has class ids that are not whole numbers from 1', wrong)
}

function checkPaths(images: Index, problems: string[]): void {
  const paths = [...images.values()]
  const seen = new Set<string>()
  const leaving = paths.filter((path) => isAbsolute(path) || path.split('/').includes('..'))
  const repeated = paths.filter((path) => seen.size === seen.add(path).size)
  note(problems, 'images.txt has paths that lead out of the folder images', leaving)
  note(problems, 'images.txt names files more than once', repeated)
}

function checkSides(sides: Index, images: Index, problems: string[]): void {
  const name = 'train_test_split.txt'
  const wrong = [...sides].filter(([, side]) => !/^[01]$/.test(side)).map(([id, side]) => `image ${id} "${side}"`)
  note(problems, `${name} has sides that are neither 1 (train) nor 0 (test)`, wrong)
  note(problems, `${name} lacks images of images.txt`, [...images.keys()].filter((id) => !sides.has(id)).map(String))
}

function checkBoxes(boxes: Index, images: Index, problems: string[]): void {
  const name = 'bounding_boxes.txt'
  const wrong = [...boxes].filter(([, text]) => parseBox(text) === undefined)
  note(
    problems,
    `${name} has boxes that are not four numbers`,
    wrong.map(([id, text]) => `image ${id} "${text}"`),
  )
  note(problems, `${name} lacks images of images.txt`, [...images.keys()].filter((id) => !boxes.has(id)).map(String))
}

function parseBox(text: string): Box | undefined {
  const parts = text.split(/\s+/)
  const [x, y, width, height] = parts.map(Number) as [number, number, number, number]
  return parts.length === 4 ? boxBetween([x, y, x + width, y + height]) : undefined
}

/** Compares the folder of the pictures with the index, in both directions. */
async function compareFiles(root: string, images: Index, problems: string[]): Promise<Located | undefined> {
  const folder = join(root, 'images')
  const found = await listTree(folder).catch(() => undefined)
  if (found === undefined) {
    problems.push('The folder images is missing or cannot be listed.')
    return undefined
  }
  const located = await locateFiles(folder, [...images.values()], 'images.txt', problems)
  const indexed = new Set(located.path)
  const extra = found.files.filter((path) => !indexed.has(path))
  note(problems, 'The folder images has files that images.txt does not name', extra, 'Remove them, or add their rows.')
  note(problems, 'The folder images has links that lead back to where they are', found.circles, 'Remove them.')
  return located
}

function assemble(
  images: Index,
  labels: Index,
  classes: Index,
  sides: Index | undefined,
  {path, notes}: Located,
): DataSet {
  const id = [...images.keys()]
  const label = id.map((one) => Number(labels.get(one)) - 1)
  const classNames = new Map([...classes].map(([classId, name]) => [classId - 1, name]))
  for (const [row, one] of label.entries()) {
    if (!classNames.has(one)) classNames.set(one, path[row]!.split('/')[0]!)
  }
  const closedSet = sides && id.map((one) => (sides.get(one) === '1' ? 'train' : 'test'))
  return {id, path: path.map((one) => `images/${one}`), label, classNames, ...(closedSet && {closedSet}), notes}
}
