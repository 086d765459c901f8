import {checkRoot, type DataSet, throwProblems} from './data-set.ts'
import {checkDisjoint, checkEntries, parseLines, readLines} from './index-file.ts'
import {locateFiles} from './locate-files.ts'

const files = {train: 'Ebay_train.txt', test: 'Ebay_test.txt'}
const form = 'image_id class_id super_class_id path'

interface Row {
  readonly id: number
  readonly classId: number
  readonly path: string
  readonly split: 'train' | 'test'
}

/**
 * Reads Stanford Online Products: Ebay_train.txt and Ebay_test.txt, each a header and rows `image_id class_id super_class_id path`.
 * Ids are the official ones, labels are class ids minus 1; a class is called `bicycle/17`, its super-class and its id.
 * @throws UserError that lists everything wrong with the index and which files are missing.
 */
export async function read(root: string): Promise<DataSet> {
  await checkRoot(root)
  const problems: string[] = []
  const [train, test] = [await readRows(root, 'train', problems), await readRows(root, 'test', problems)]
  const rows = [...train, ...test]
  checkEntries(rows, 'The index', problems)
  checkDisjoint({[files.train]: train.map(nameOf), [files.test]: test.map(nameOf)}, problems)
  const {path, notes} = await locateFiles(
    root,
    problems.length > 0 ? [] : rows.map((row) => row.path),
    'The index',
    problems,
  )
  throwProblems(`The data set "${root}" cannot be used`, problems)
  return {
    id: rows.map(({id}) => id),
    path,
    label: rows.map(({classId}) => classId - 1),
    classNames: new Map(rows.map((row) => [row.classId - 1, nameOf(row)])),
    official: rows.map(({split}) => split),
    notes,
  }
}

async function readRows(root: string, split: Row['split'], problems: string[]): Promise<Row[]> {
  const lines = await readLines(root, [files[split]], problems)
  if (lines === undefined) return []
  // Only a header is left out: a file without one has its first row counted.
  const rows = lines[0]?.text.toLowerCase().split(/\s+/).join(' ') === form ? lines.slice(1) : lines
  const pattern = /^(\d{1,9})\s+([1-9]\d{0,8})\s+\d{1,9}\s+(\S.*)$/
  return parseLines(rows, {name: files[split], form, pattern}, problems).map(([id, classId, path]) => ({
    id: Number(id),
    classId: Number(classId),
    path: path!,
    split,
  }))
}

function nameOf({classId, path}: Row): string {
  return `${path.split('/')[0]!.replace(/_final$/, '')}/${classId}`
}
