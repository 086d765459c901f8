import type {Box} from '../box.ts'
import {boxBetween} from './boxes.ts'
import {checkRoot, type DataSet, type ReaderOptions, throwProblems} from './data-set.ts'
import {checkDisjoint, checkEntries, note, parseLines, readLines} from './index-file.ts'
import {locateFiles} from './locate-files.ts'

const index = 'list_eval_partition.txt'
const boxList = 'list_bbox_inshop.txt'

/**
 * Reads the In-Shop benchmark of DeepFashion: list_eval_partition.txt (or Eval/list_eval_partition.txt), which is the number of rows, a header
 * and rows `image_name item_id train|query|gallery`; where boxes are wanted list_bbox_inshop.txt (or in Anno/), of the same make, with rows
 * `image_name clothes_type pose_type x_1 y_1 x_2 y_2`. Ids count the rows from 0, a label is the number in the item's id.
 * @throws UserError that lists everything wrong with the lists (a number of rows that is not the one it states too) and which files are missing.
 */
export async function read(root: string, options: ReaderOptions): Promise<DataSet> {
  await checkRoot(root)
  const problems: string[] = []
  const rows = await readRows(root, problems)
  const boxes = options.boxes ? await readBoxes(root, problems) : undefined
  checkEntries(rows, index, problems)
  const itemsOf = (isTrain: boolean) =>
    rows.filter(({status}) => (status === 'train') === isTrain).map(({item}) => item)
  checkDisjoint({train: itemsOf(true), 'query and gallery': itemsOf(false)}, problems)
  const paths = rows.map(({path}) => path)
  if (boxes !== undefined)
    note(
      problems,
      `${boxList} lacks pictures of ${index}`,
      paths.filter((path) => !boxes.has(path)),
    )
  const {path, notes} = await locateFiles(root, problems.length > 0 ? [] : paths, index, problems)
  throwProblems(`The data set "${root}" cannot be used`, problems)
  const label = rows.map(({item}) => Number(/\d+$/.exec(item)![0]))
  return {
    id: rows.map(({id}) => id),
    path,
    label,
    classNames: new Map(rows.map(({item}, row) => [label[row]!, item])),
    official: rows.map(({status}) => (status === 'train' ? 'train' : 'test')),
    testSets: [
      {
        name: 'in-shop',
        queries: rows.flatMap(({id, status}) => (status === 'query' ? [id] : [])),
        gallery: rows.flatMap(({id, status}) => (status === 'gallery' ? [id] : [])),
      },
    ],
    ...(boxes && {boxes: paths.map((path) => boxes.get(path))}),
    notes,
  }
}

interface Row {
  readonly id: number
  readonly path: string
  readonly item: string
  readonly status: string
}

async function readRows(root: string, problems: string[]): Promise<Row[]> {
  const form = 'image_name item_id evaluation_status'
  const pattern = /^(\S.*?)\s+(id_\d{1,9})\s+(train|query|gallery)$/
  const rows = await readCounted(root, [index, `Eval/${index}`], {form, pattern}, problems)
  return rows.map(([path, item, status], id) => ({id, path: path!, item: item!, status: status!}))
}

async function readBoxes(root: string, problems: string[]): Promise<Map<string, Box>> {
  const form = 'image_name clothes_type pose_type x_1 y_1 x_2 y_2'
  const pattern = /^(\S.*?)\s+\d+\s+\d+\s+(-?\d{1,6})\s+(-?\d{1,6})\s+(-?\d{1,6})\s+(-?\d{1,6})$/
  const rows = await readCounted(root, [boxList, `Anno/${boxList}`], {form, pattern}, problems)
  return new Map(rows.map(([path, ...corners]) => [path!, boxBetween(corners)!]))
}

/** A list that begins with its number of rows and a header; a file without them is read from its first row. */
async function readCounted(
  root: string,
  names: readonly string[],
  {form, pattern}: {form: string; pattern: RegExp},
  problems: string[],
): Promise<string[][]> {
  const lines = await readLines(root, names, problems)
  if (lines === undefined) return []
  const name = names[0]!
  const counted = /^\d+$/.test(lines[0]?.text ?? '') ? lines.slice(1) : lines
  const hasHeader = counted[0]?.text.split(/\s+/).join(' ') === form
  const wrong: string[] = []
  const rows = parseLines(hasHeader ? counted.slice(1) : counted, {name, form, pattern}, wrong)
  const stated = counted === lines ? rows.length : Number(lines[0]!.text)
  if (wrong.length === 0 && stated !== rows.length)
    wrong.push(`${name} says that it has ${stated} rows, but has ${rows.length}: it is cut off, or edited.`)
  problems.push(...wrong)
  return rows
}
