import type {MembersTable} from '../tables/members.ts'
import type {DataSet} from './formats/data-set.ts'
import {enumerate} from './wording.ts'

type TestSet = NonNullable<DataSet['testSets']>[number]

/**
 * Who is looked for among whom, as the data set says, in the splits that its test sets lie in. A protocol that cuts a test set in pieces, or
 * measures images of the training side with it, asks another question: such a set is left out, with a note.
 */
export function arrangeTestSets(
  {id, testSets = [], official, closedSet}: Pick<DataSet, 'id' | 'testSets' | 'official' | 'closedSet'>,
  split: readonly string[],
): {members: MembersTable; problems: string[]; notes: string[]} {
  const splitOf = new Map(id.map((one, row) => [one, split[row]!]))
  const problems: string[] = []
  const notes: string[] = []
  const kept = testSets.flatMap((set) => {
    const where = [...new Set(membersOf(set).map(({id}) => splitOf.get(id) ?? 'unused'))].sort()
    const [own] = where
    const isMixed = id.some((_, row) => split[row] === own && (official ?? closedSet)?.[row] === 'train')
    if (where.length === 1 && own !== 'val' && own !== 'test') return []
    if (where.length === 1 && !isMixed) {
      problems.push(...lacks(set))
      return [{...set, split: own!}]
    }
    const reason =
      where.length > 1 ? `puts its images into ${where.join(' and ')}` : `measures others with it in ${own}`
    notes.push(
      `Test set ${set.name} of the data set is not used, for the protocol ${reason}. Every measured image queries all others of its split.`,
    )
    return []
  })
  const rows = kept.flatMap((set) => membersOf(set).map((member) => ({split: set.split, set: set.name, ...member})))
  notes.push(...describeLeftOut(rows, id, split))
  return {
    members: {
      split: rows.map((row) => row.split),
      set: rows.map(({set}) => set),
      id: Int32Array.from(rows, (row) => row.id),
      role: rows.map(({role}) => role),
    },
    problems,
    notes,
  }
}

function lacks({name, queries, gallery}: TestSet): string[] {
  if (queries.length > 0 && gallery.length > 0) return []
  const missing = queries.length === 0 ? 'image to ask with' : 'image to be found'
  return [`Test set ${name} has no ${missing}. Mark some, or mark neither queries nor gallery.`]
}

/** By ascending id. */
function membersOf({queries, gallery}: TestSet): {id: number; role: string}[] {
  const role = new Map<number, string>(gallery.map((id) => [id, 'gallery']))
  for (const id of queries) role.set(id, role.has(id) ? 'both' : 'query')
  return Array.from(role, ([id, role]) => ({id, role})).sort((a, b) => a.id - b.id)
}

/** Images of a split with test sets that are in none of these are not measured. */
function describeLeftOut(
  rows: readonly {split: string; id: number}[],
  id: readonly number[],
  split: readonly string[],
): string[] {
  const members = new Set(rows.map((row) => row.id))
  return [...new Set(rows.map((row) => row.split))].flatMap((own) => {
    const left = id.filter((one, row) => split[row] === own && !members.has(one)).map(String)
    return left.length === 0 ? [] : [enumerate(`Images of split ${own} that are neither query nor gallery`, left)]
  })
}
