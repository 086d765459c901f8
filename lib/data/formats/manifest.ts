import {existsSync, statSync} from 'node:fs'
import {join} from 'node:path'
import {UserError} from '../../user-error.ts'
import type {Box} from '../box.ts'
import {boxBetween} from './boxes.ts'
import {checkRoot, type DataSet, type OfficialSplit, type ReaderOptions, throwProblems} from './data-set.ts'
import {checkEntries, insideRoot, note} from './index-file.ts'
import {findLookAlikes, locateFiles} from './locate-files.ts'
import {readManifestTable, type TextTable} from './manifest-table.ts'

/** Looked for where data.manifest is not set; the last two are open-metric-learning's. */
export const usualManifests = ['manifest.csv', 'manifest.arrow', 'manifest.parquet', 'df.csv', 'df_with_bboxes.csv']

const corners = ['x_1', 'y_1', 'x_2', 'y_2']

interface Row {
  readonly id: number
  readonly path: string
  readonly className: string
  readonly split: OfficialSplit
  readonly isQuery: boolean
  readonly isGallery: boolean
  readonly box: Box | undefined
}

/**
 * Reads a table of pictures: columns path and label, and where there are any split (train, val or validation, test, unused), is_query, is_gallery,
 * id, and x_1, y_1, x_2, y_2 where boxes are wanted, as open-metric-learning has them. Labels that are all whole numbers are the class numbers; others are numbered in code-point order.
 * @throws UserError that lists everything wrong with the table and which files are missing.
 */
export async function read(root: string, {manifest, boxes = false}: ReaderOptions): Promise<DataSet> {
  await checkRoot(root)
  const name = manifest ?? findManifest(root)
  const table = await readManifestTable(join(root, name))
  const problems: string[] = []
  const rows = readRows(root, name, table, boxes, problems)
  checkEntries(rows, name, problems)
  const {path, notes} = await locateFiles(
    root,
    rows.map((row) => row.path),
    name,
    problems,
  )
  const alike = findLookAlikes(rows.map(({className}) => className))
  note(problems, `${name} has labels that differ in their Unicode form alone`, alike, 'Write each in one form.')
  checkSwapped(root, name, rows, problems)
  throwProblems(`The data set "${root}" cannot be used`, problems)
  const numberOf = numberClasses(rows)
  return {
    id: rows.map(({id}) => id),
    path,
    label: rows.map(({className}) => numberOf(className)),
    classNames: new Map(rows.map(({className}) => [numberOf(className), className])),
    ...(table.columns.has('split') && sidesOf(rows)),
    ...(rows.some(({isQuery}) => isQuery) && {testSets: testSetsOf(rows)}),
    ...(boxes && {boxes: rows.map(({box}) => box)}),
    notes: [
      ...notes,
      ...(!boxes && corners.every((column) => table.columns.has(column))
        ? [
            `${name} has boxes (x_1 and others), which are not used: pictures are taken whole without data.crop_to_boxes.`,
          ]
        : []),
    ],
  }
}

function findManifest(root: string): string {
  const found = usualManifests.find((name) => existsSync(join(root, name)))
  if (found !== undefined) return found
  throw new UserError(
    `"${root}" holds none of ${usualManifests.join(', ')}. Set data.manifest to the table of its pictures.`,
  )
}

const splitNames: Readonly<Record<string, OfficialSplit>> = {
  train: 'train',
  val: 'val',
  validation: 'val',
  test: 'test',
  unused: 'unused',
  '': 'unused',
}

function readRows(
  root: string,
  name: string,
  {rowCount, columns, place}: TextTable,
  boxes: boolean,
  problems: string[],
): Row[] {
  const missing = ['path', 'label', ...(boxes ? corners : [])].filter((column) => !columns.has(column))
  if (missing.length > 0) {
    problems.push(
      `${name} lacks the columns ${missing.join(' and ')}; it has ${[...columns.keys()].join(', ')}. Rename those that are meant.`,
    )
    return []
  }
  if (rowCount === 0) problems.push(`${name} has no rows.`)
  const wrong: Record<'empty' | 'split' | 'flag' | 'id' | 'box', string[]> = {
    empty: [],
    split: [],
    flag: [],
    id: [],
    box: [],
  }
  const cell = (column: string, row: number) => columns.get(column)?.[row] ?? ''
  const flag = (column: string, row: number) => {
    const text = cell(column, row).toLowerCase()
    if (!['', 'true', 'false', '0', '1', '0.0', '1.0', 'nan', 'none'].includes(text))
      wrong.flag.push(`${place(row)} ${column} "${text}"`)
    return ['true', '1', '1.0'].includes(text)
  }
  const boxOf = (row: number) => {
    const texts = corners.map((column) => cell(column, row))
    // open-metric-learning leaves the cells empty where all of a picture counts.
    if (!boxes || texts.every((text) => ['', 'nan', 'none', 'null'].includes(text.toLowerCase()))) return undefined
    const box = boxBetween(texts)
    if (box === undefined) wrong.box.push(`${place(row)} "${texts.join(' ')}"`)
    return box
  }
  const rows = Array.from({length: rowCount}, (_, row): Row => {
    const [path, className, split] = [cell('path', row), cell('label', row), cell('split', row).toLowerCase()]
    const id = columns.has('id') ? Number(cell('id', row)) : row
    if (path === '' || className === '') wrong.empty.push(place(row))
    if (!Object.hasOwn(splitNames, split)) wrong.split.push(`${place(row)} "${split}"`)
    if (!(Number.isInteger(id) && id >= 0 && id < 2 ** 31)) wrong.id.push(`${place(row)} "${cell('id', row)}"`)
    return {
      id,
      path: insideRoot(root, path),
      className,
      split: splitNames[split] ?? 'unused',
      isQuery: flag('is_query', row),
      isGallery: flag('is_gallery', row),
      box: boxOf(row),
    }
  })
  note(problems, `${name} has rows without path or label`, wrong.empty)
  note(problems, `${name} has splits that are not train, val, validation, test or unused`, wrong.split)
  note(problems, `${name} has is_query or is_gallery that is neither true nor false`, wrong.flag)
  note(problems, `${name} has boxes that are not four numbers`, wrong.box)
  note(problems, `${name} has ids that are not whole numbers from 0 to 2147483647`, wrong.id)
  return rows
}

/** The commonest mistake in a table of two texts has a name. */
function checkSwapped(root: string, name: string, [first]: readonly Row[], problems: string[]): void {
  if (problems.length === 0 || first === undefined) return
  const isFile = (path: string) => statSync(join(root, path), {throwIfNoEntry: false})?.isFile() === true
  if (isFile(first.className) && !isFile(first.path))
    problems.unshift(
      `${name} seems to have its columns swapped: label "${first.className}" is a file, and path is not.`,
    )
}

function numberClasses(rows: readonly Row[]): (className: string) => number {
  const names = [...new Set(rows.map(({className}) => className))]
  if (names.every((name) => /^(0|[1-9]\d{0,8})$/.test(name))) return Number
  names.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
  const numbers = new Map(names.map((name, number) => [name, number]))
  return (className) => numbers.get(className)!
}

/** Whether the split keeps classes apart decides what it can be used for. */
function sidesOf(rows: readonly Row[]): Pick<DataSet, 'official' | 'closedSet'> {
  const classesOf = (isTrain: boolean) =>
    new Set(
      rows.flatMap(({split, className}) => (split !== 'unused' && (split === 'train') === isTrain ? [className] : [])),
    )
  const measured = classesOf(false)
  const isClosed = [...classesOf(true)].some((className) => measured.has(className))
  if (!isClosed) return {official: rows.map(({split}) => split)}
  return {closedSet: rows.map(({split}) => (split === 'val' || split === 'test' ? 'test' : split))}
}

/** Queries of a split look among the gallery of the same split. */
function testSetsOf(rows: readonly Row[]): NonNullable<DataSet['testSets']> {
  const members = rows.filter(({isQuery, isGallery}) => isQuery || isGallery)
  const splits = [...new Set(members.map(({split}) => split))]
  return splits.map((own) => ({
    name: splits.length === 1 ? 'manifest' : `manifest-${own}`,
    queries: members.flatMap(({id, split, isQuery}) => (split === own && isQuery ? [id] : [])),
    gallery: members.flatMap(({id, split, isGallery}) => (split === own && isGallery ? [id] : [])),
  }))
}
