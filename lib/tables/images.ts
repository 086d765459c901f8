import {isAbsolute} from 'node:path'
import type {ColumnsOf} from './definition.ts'
import {collectProblems, type Note} from './problems.ts'
import {readTable} from './read.ts'
import {writeTable} from './write.ts'

export const imagesDefinition = {
  name: 'images',
  meaning: 'Every image of a data set with its class and split; by ascending id.',
  columns: {
    id: {type: 'int32', meaning: 'the image, in the order of the data set'},
    path: {type: 'utf8', meaning: 'file, relative to the root, with forward slashes'},
    label: {type: 'int32', meaning: 'number of the class'},
    class_name: {type: 'utf8', meaning: 'name of the class'},
    split: {type: 'utf8', meaning: 'train, val, test or unused'},
    width: {type: 'int32', meaning: 'pixels'},
    height: {type: 'int32', meaning: 'pixels'},
    bytes: {type: 'int32', meaning: 'size of the file'},
    sha256: {type: 'utf8', meaning: "hash of the file's bytes, in hex"},
    box_left: {
      type: 'int32',
      meaning: 'the part of the picture that is used, in pixels: all of it without data.crop_to_boxes',
    },
    box_top: {type: 'int32', meaning: 'its first row'},
    box_width: {type: 'int32', meaning: 'pixels'},
    box_height: {type: 'int32', meaning: 'pixels'},
  },
  metadata: {
    root: 'absolute path of the folder that paths start from',
    format: 'reader that found the images, as in data.format',
    protocol: 'how the classes were split, as JSON',
  },
} as const

/** The images of a data set in memory: one array per column, rows by ascending id. */
export interface ImagesTable extends ColumnsOf<typeof imagesDefinition> {
  root: string
  format: string
  protocol: string
}

const splits: ReadonlySet<string> = new Set(['train', 'val', 'test', 'unused'])

/** Reads images.arrow. Throws UserError for a file that is missing, damaged or no table of images. */
export async function readImages(path: string): Promise<ImagesTable> {
  const {columns, metadata} = await readTable(path, imagesDefinition)
  const text = (key: keyof typeof imagesDefinition.metadata) => metadata.get(key) ?? ''
  return {...columns, root: text('root'), format: text('format'), protocol: text('protocol')}
}

/** Writes images.arrow; equal tables give equal bytes. */
export async function writeImages(path: string, table: ImagesTable): Promise<void> {
  const {root, format, protocol, ...columns} = table
  await writeTable(path, imagesDefinition, {columns, metadata: {root, format, protocol}})
}

/** Row numbers of the images of a split, in order. */
export function rowsOfSplit(images: ImagesTable, split: string): number[] {
  return Array.from(images.split.keys()).filter((row) => images.split[row] === split)
}

/** What breaks the contract of images.arrow, one sentence each; empty when it holds. */
export function checkImages(path: string): Promise<string[]> {
  return collectProblems(async (note) => {
    const images = await readImages(path)
    if (images.id.length === 0) note('empty', () => `${path} holds no image.`)
    if (!isAbsolute(images.root))
      note('root', () => `The root of ${path} must be an absolute path, got "${images.root}".`)
    checkIds(images.id, note)
    checkRows(images, note)
    checkClasses(images, note)
  })
}

/** Notes ids that are negative, repeated or out of order. */
export function checkIds(ids: Int32Array, note: Note): void {
  for (const [row, id] of ids.entries()) {
    const before = row === 0 ? -1 : ids[row - 1]!
    if (id <= before) {
      note('ids', () => `Row ${row} has id ${id} after ${before}; ids start at 0 or above, ascend and do not repeat.`)
    }
  }
}

function checkRows(images: ImagesTable, note: Note): void {
  const rowOfPath = new Map<string, number>()
  for (const [row, id] of images.id.entries()) {
    const [path, split, sha256] = [images.path[row]!, images.split[row]!, images.sha256[row]!]
    const [width, height, bytes] = [images.width[row]!, images.height[row]!, images.bytes[row]!]
    const before = rowOfPath.get(path)
    rowOfPath.set(path, row)
    if (before !== undefined)
      note('paths', () => `Image ${id} has the same path as image ${images.id[before]}: "${path}".`)
    if (!isInside(path)) note('paths', () => `Image ${id} has a path that is not inside the root: "${path}".`)
    if (!splits.has(split))
      note('splits', () => `Image ${id} has split "${split}"; it must be ${[...splits].join(', ')}.`)
    if (!(width > 0 && height > 0 && bytes > 0)) {
      note('sizes', () => `Image ${id} claims ${width} x ${height} pixels in ${bytes} bytes; all must be above 0.`)
    }
    const [left, top] = [images.boxLeft[row]!, images.boxTop[row]!]
    const [boxWidth, boxHeight] = [images.boxWidth[row]!, images.boxHeight[row]!]
    const isInBounds = left >= 0 && top >= 0 && left + boxWidth <= width && top + boxHeight <= height
    if (!(isInBounds && boxWidth > 0 && boxHeight > 0)) {
      note(
        'boxes',
        () =>
          `Image ${id} has a box of ${boxWidth} x ${boxHeight} at ${left}, ${top}, not inside its ${width} x ${height} pixels.`,
      )
    }
    if (!/^[0-9a-f]{64}$/.test(sha256)) note('hashes', () => `Image ${id} has no sha256 in hex: "${sha256}".`)
  }
}

function isInside(path: string): boolean {
  return path !== '' && !isAbsolute(path) && !path.split('/').includes('..')
}

/** A label has one class name and a class name one label. */
function checkClasses(images: ImagesTable, note: Note): void {
  const nameOf = new Map<number, string>()
  const labelOf = new Map<string, number>()
  for (const [row, id] of images.id.entries()) {
    const [label, name] = [images.label[row]!, images.className[row]!]
    const [knownName, knownLabel] = [nameOf.get(label) ?? name, labelOf.get(name) ?? label]
    nameOf.set(label, knownName)
    labelOf.set(name, knownLabel)
    if (label < 0) note('labels', () => `Image ${id} has label ${label}; labels are 0 or above.`)
    if (knownName !== name)
      note('classes', () => `Image ${id} calls class ${label} "${name}", an earlier one "${knownName}".`)
    if (knownLabel !== label)
      note('classes', () => `Image ${id} gives "${name}" label ${label}, an earlier one ${knownLabel}.`)
  }
}
