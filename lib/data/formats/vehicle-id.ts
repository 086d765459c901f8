import {checkRoot, type DataSet, throwProblems} from './data-set.ts'
import {checkDisjoint, checkEntries, parseLines, readLines} from './index-file.ts'
import {locateFiles} from './locate-files.ts'

const folder = 'train_test_split'
const trainList = 'train_list.txt'
const testSizes = [800, 1600, 2400]

interface Row {
  readonly id: number
  readonly vehicle: string
  readonly path: string
}

/**
 * Reads PKU VehicleID: train_test_split/train_list.txt and test_list_800.txt, _1600 and _2400 with rows `<image number> <vehicle id>`, pictures
 * image/0000001.jpg. Ids are image numbers, labels vehicle ids. The test sets share images; in each, every image queries all others.
 * @throws UserError that lists everything wrong with the lists and which files are missing.
 */
export async function read(root: string): Promise<DataSet> {
  await checkRoot(root)
  const problems: string[] = []
  const train = await readList(root, trainList, problems)
  const sets = []
  for (const size of testSizes) {
    const name = `test_list_${size}.txt`
    sets.push({name: `vehicle-id-${size}`, file: name, rows: await readList(root, name, problems)})
  }
  const tested = uniteSets(sets, problems)
  const rows = [...train, ...tested]
  checkEntries(rows, 'One of the lists', problems)
  checkDisjoint({train: train.map(({vehicle}) => vehicle), test: tested.map(({vehicle}) => vehicle)}, problems)
  const {path, notes} = await locateFiles(
    root,
    problems.length > 0 ? [] : rows.map((row) => row.path),
    'One of the lists',
    problems,
  )
  throwProblems(`The data set "${root}" cannot be used`, problems)
  return {
    id: rows.map(({id}) => id),
    path,
    label: rows.map(({vehicle}) => Number(vehicle)),
    classNames: new Map(rows.map(({vehicle}) => [Number(vehicle), vehicle])),
    official: rows.map((_, row) => (row < train.length ? 'train' : 'test')),
    testSets: sets.map(({name, rows}) => {
      const ids = rows.map(({id}) => id)
      return {name, queries: ids, gallery: ids}
    }),
    notes,
  }
}

async function readList(root: string, name: string, problems: string[]): Promise<Row[]> {
  const lines = await readLines(root, [`${folder}/${name}`, name], problems)
  if (lines === undefined) return []
  const rows = parseLines(
    lines,
    {name, form: '<image number> <vehicle id>', pattern: /^(\d{1,9})\s+(\d{1,9})$/},
    problems,
  )
  const list = rows.map(([number, vehicle]) => ({
    id: Number(number),
    vehicle: String(Number(vehicle)),
    path: `image/${number!.padStart(7, '0')}.jpg`,
  }))
  checkEntries(list, name, problems)
  return list
}

/** Every tested image once, in the order of the sets. */
function uniteSets(sets: readonly {file: string; rows: readonly Row[]}[], problems: string[]): Row[] {
  const rowOf = new Map<number, Row>()
  const torn: string[] = []
  for (const {file, rows} of sets) {
    for (const row of rows) {
      const before = rowOf.get(row.id)
      if (before !== undefined && before.vehicle !== row.vehicle) torn.push(`${row.id} in ${file}`)
      rowOf.set(row.id, before ?? row)
    }
  }
  if (torn.length > 0) problems.push(`The test lists give images different vehicles: ${torn.slice(0, 10).join(', ')}.`)
  return [...rowOf.values()]
}
