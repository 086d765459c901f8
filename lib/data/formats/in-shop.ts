import {checkRoot, type DataSet, throwProblems} from './data-set.ts'
import {checkDisjoint, checkEntries, checkPresence, type Line, parseLines, readLines} from './index-file.ts'

const index = 'list_eval_partition.txt'
const form = 'image_name item_id evaluation_status'

/**
 * Reads the In-Shop benchmark of DeepFashion: list_eval_partition.txt (or Eval/list_eval_partition.txt), which is the number of rows, a header
 * and rows `image_name item_id train|query|gallery`. Ids count the rows from 0, a label is the number in the item's id.
 * @throws UserError that lists everything wrong with the index (a number of rows that is not the one it states too) and which files are missing.
 */
export async function read(root: string): Promise<DataSet> {
  await checkRoot(root)
  const problems: string[] = []
  const lines = await readLines(root, [index, `Eval/${index}`], problems)
  const rows = lines === undefined ? [] : parseIndex(lines, problems)
  checkEntries(rows, index, problems)
  const itemsOf = (isTrain: boolean) =>
    rows.filter(({status}) => (status === 'train') === isTrain).map(({item}) => item)
  checkDisjoint({train: itemsOf(true), 'query and gallery': itemsOf(false)}, problems)
  if (problems.length === 0)
    await checkPresence(
      root,
      rows.map(({path}) => path),
      index,
      problems,
    )
  throwProblems(`The data set "${root}" cannot be used`, problems)
  const label = rows.map(({item}) => Number(/\d+$/.exec(item)![0]))
  return {
    id: rows.map(({id}) => id),
    path: rows.map(({path}) => path),
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
    notes: [],
  }
}

interface Row {
  readonly id: number
  readonly path: string
  readonly item: string
  readonly status: string
}

function parseIndex(lines: readonly Line[], problems: string[]): Row[] {
  const counted = /^\d+$/.test(lines[0]?.text ?? '') ? lines.slice(1) : lines
  const hasHeader = counted[0]?.text.split(/\s+/).join(' ') === form
  const pattern = /^(\S+)\s+(id_\d{1,9})\s+(train|query|gallery)$/
  const rows = parseLines(hasHeader ? counted.slice(1) : counted, {name: index, form, pattern}, problems)
  const stated = counted === lines ? undefined : Number(lines[0]!.text)
  if (stated !== undefined && problems.length === 0 && stated !== rows.length) {
    problems.push(`${index} says that it has ${stated} rows, but has ${rows.length}: it is cut off, or edited.`)
  }
  return rows.map(([path, item, status], id) => ({id, path: path!, item: item!, status: status!}))
}
