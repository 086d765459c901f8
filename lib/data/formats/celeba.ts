import {checkRoot, type DataSet, throwProblems} from './data-set.ts'
import {checkDisjoint, checkEntries, note, parseLines, readLines} from './index-file.ts'
import {locateFiles} from './locate-files.ts'

const identities = 'identity_CelebA.txt'
const partition = 'list_eval_partition.txt'
const pictures = 'img_align_celeba'
const splits = ['train', 'val', 'test'] as const

/**
 * Reads CelebA with people as classes: identity_CelebA.txt `<file> <identity>`, list_eval_partition.txt `<file> <0 train, 1 val, 2 test>` and the
 * folder img_align_celeba. Ids are the numbers in the files' names, labels the identities.
 * @throws UserError that lists everything wrong with the lists and which files are missing.
 */
export async function read(root: string): Promise<DataSet> {
  await checkRoot(root)
  const problems: string[] = []
  const people = await readList(root, identities, /^(\d{1,9}\.\w+)\s+(\d{1,9})$/, problems)
  const parts = await readList(root, partition, /^(\d{1,9}\.\w+)\s+([012])$/, problems)
  const personOf = new Map(people)
  const partOf = new Map(parts)
  const without = (a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>) =>
    [...a.keys()].filter((file) => !b.has(file))
  if (people.length > 0 && parts.length > 0) {
    note(problems, `${partition} lacks files of ${identities}`, without(personOf, partOf))
    note(problems, `${identities} lacks files of ${partition}`, without(partOf, personOf))
  }
  const rows = people.map(([file, person]) => ({
    id: Number(file.split('.')[0]),
    path: `${pictures}/${file}`,
    person,
    split: splits[partOf.get(file) ?? 0]!,
  }))
  checkEntries(rows, identities, problems)
  const peopleIn = (split: string) => rows.flatMap((row) => (row.split === split ? [String(row.person)] : []))
  checkDisjoint(Object.fromEntries(splits.map((split) => [split, peopleIn(split)])), problems)
  const {path, notes} = await locateFiles(
    root,
    problems.length > 0 ? [] : rows.map((row) => row.path),
    identities,
    problems,
  )
  throwProblems(`The data set "${root}" cannot be used`, problems)
  return {
    id: rows.map(({id}) => id),
    path,
    label: rows.map(({person}) => person),
    classNames: new Map(rows.map(({person}) => [person, String(person)])),
    official: rows.map(({split}) => split),
    notes,
  }
}

async function readList(root: string, name: string, pattern: RegExp, problems: string[]): Promise<[string, number][]> {
  const lines = await readLines(root, [name, `Anno/${name}`, `Eval/${name}`], problems)
  const form = name === identities ? '<file> <identity>' : '<file> <0, 1 or 2>'
  const rows = lines === undefined ? [] : parseLines(lines, {name, form, pattern}, problems)
  return rows.map(([file, number]) => [file!, Number(number)])
}
