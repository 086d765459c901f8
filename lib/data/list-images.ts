import {resolve} from 'node:path'
import type {ImagesTable} from '../tables/images.ts'
import type {MembersTable} from '../tables/members.ts'
import {UserError} from '../user-error.ts'
import {type Box, fitBox} from './box.ts'
import {type CheckedFile, checkFiles} from './check-files.ts'
import {type DuplicateGroup, findDuplicates, nameGroups} from './duplicates.ts'
import {type DataSet, throwProblems} from './formats/data-set.ts'
import type {DataParameters} from './parameters.ts'
import {compareWithPublished} from './published.ts'
import {readDataSet} from './read-data-set.ts'
import {assignSplits} from './splits.ts'
import {arrangeTestSets} from './test-sets.ts'
import {bounded, enumerate} from './wording.ts'

export interface ImageListing {
  readonly images: ImagesTable
  /** Who is looked for among whom, where the data set says so. */
  readonly members: MembersTable
  /** Files with equal bytes, and the sets they are in. More than one: an image of the training set is also measured. */
  readonly duplicates: readonly DuplicateGroup[]
  /** Sentences worth telling the user. */
  readonly notes: readonly string[]
}

/**
 * Lists the images of a data set with their class, split, size and hash. Every file is read and decoded once, so a training
 * run cannot stumble over a damaged one hours later; that costs about 1 ms of one core per picture of 200 pixels.
 * @throws UserError that lists everything wrong with the folder, the split or the files, whichever comes first.
 */
export async function listImages(
  data: DataParameters,
  options: {onProgress?: (done: number, total: number) => void} = {},
): Promise<ImageListing> {
  const root = resolve(data.root)
  const dataSet = await readDataSet(data, root)
  const {split, problems, notes} = assignSplits(data, dataSet)
  const testSets = arrangeTestSets(dataSet, split)
  throwProblems(`The data set "${root}" cannot be split`, [...problems, ...testSets.problems])
  const differences = await compareWithPublished(data.format, root, dataSet)
  if (data.strict && differences.length > 0)
    throw new UserError([...differences, 'Fetch what was published, or leave out data.strict.'].join('\n'))
  const files = await checkFiles(root, dataSet.path, options)
  throwDamage(root, files)
  const images = tabulate(root, data, dataSet, split, files, fitBoxes(root, dataSet, files))
  const duplicates = findDuplicates(images.sha256, images.path, images.split)
  return {
    images,
    members: testSets.members,
    duplicates,
    notes: [...dataSet.notes, ...differences, ...notes, ...testSets.notes, ...describeDuplicates(duplicates)],
  }
}

function throwDamage(root: string, files: readonly CheckedFile[]): void {
  const damaged = files.flatMap(({problem}) => (problem === undefined ? [] : [`- ${problem}`]))
  if (damaged.length === 0) return
  throw new UserError(
    `${damaged.length} of ${files.length} files of the data set "${root}" cannot be used:\n${bounded(damaged, '\n', 200)}\nReplace these files, or remove them.`,
  )
}

/** What is used of every picture. Throws UserError with all pictures that their box is not inside of. */
function fitBoxes(root: string, {path, boxes}: DataSet, files: readonly CheckedFile[]): Box[] {
  const outside: string[] = []
  const fitted = files.map(({width, height}, row) => {
    const box = boxes?.[row]
    const own = box === undefined ? {left: 0, top: 0, width, height} : fitBox(box, {width, height})
    if (own === undefined) {
      const {left, top, ...size} = box!
      outside.push(`- ${path[row]}, ${width} x ${height}: ${size.width} x ${size.height} at ${left}, ${top}`)
    }
    return own ?? {left: 0, top: 0, width, height}
  })
  if (outside.length === 0) return fitted
  throw new UserError(
    `${outside.length} of ${files.length} boxes of the data set "${root}" are empty or reach out of their pictures:\n${bounded(outside, '\n', 200)}\nMend their numbers, fetch the pictures in the size that they were drawn on, or leave out data.crop_to_boxes.`,
  )
}

function tabulate(
  root: string,
  data: DataParameters,
  dataSet: DataSet,
  split: readonly string[],
  files: readonly CheckedFile[],
  boxes: readonly Box[],
): ImagesTable {
  const order = [...dataSet.id.keys()].sort((a, b) => dataSet.id[a]! - dataSet.id[b]!)
  const numbers = (value: (row: number) => number) => Int32Array.from(order, value)
  const {format, root: _, ...protocol} = data
  return {
    id: numbers((row) => dataSet.id[row]!),
    path: order.map((row) => dataSet.path[row]!),
    label: numbers((row) => dataSet.label[row]!),
    className: order.map((row) => dataSet.classNames.get(dataSet.label[row]!)!),
    split: order.map((row) => split[row]!),
    width: numbers((row) => files[row]!.width),
    height: numbers((row) => files[row]!.height),
    bytes: numbers((row) => files[row]!.bytes),
    sha256: order.map((row) => files[row]!.sha256),
    boxLeft: numbers((row) => boxes[row]!.left),
    boxTop: numbers((row) => boxes[row]!.top),
    boxWidth: numbers((row) => boxes[row]!.width),
    boxHeight: numbers((row) => boxes[row]!.height),
    root,
    format,
    protocol: JSON.stringify(protocol),
  }
}

function describeDuplicates(duplicates: readonly DuplicateGroup[]): string[] {
  const across = duplicates.filter(({within}) => within.filter((split) => split !== 'unused').length > 1)
  const others = duplicates.filter((group) => !across.includes(group))
  const notes: string[] = []
  if (across.length > 0)
    notes.push(enumerate('Pictures in more than one set, which flatters what is measured', nameGroups(across)))
  if (others.length > 0) notes.push(enumerate('Pictures that are there more than once', nameGroups(others)))
  return notes
}
