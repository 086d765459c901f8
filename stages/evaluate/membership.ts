import {bounded} from '../../lib/data/wording.ts'
import type {DescriptorSet} from '../../lib/engine/nearest/sets.ts'
import type {LooseColumn} from '../../lib/tables/loose/table.ts'
import {readLoose} from '../../lib/tables/loose.ts'
import {type MembersTable, readMembers, roles} from '../../lib/tables/members.ts'
import {UserError} from '../../lib/user-error.ts'
import {pickRows} from './classes.ts'
import {isOurs, listColumns} from './described.ts'
import type {TestSet} from './test-set.ts'

/**
 * The test sets of a table of (set, id, role), in the order in which it names them: In-Shop has queries and a gallery, VehicleID
 * three overlapping sets. A table of ours has those of every split; where this one has none, all images are one set. Throws UserError for
 * unknown roles and images, ids that repeat, and a set without queries or without a gallery.
 */
export async function splitByMembership(
  path: string,
  split: string,
  queries: DescriptorSet,
  references: DescriptorSet,
): Promise<TestSet[]> {
  const rows = (await isOurs(path)) ? ofSplit(await readMembers(path), split) : await readLooseMembers(path)
  if (rows === undefined) return [{name: '', queries, references}]
  checkRepeats(path, rows)
  const members = groupBySet(rows)
  const rowsOf = {queries: rowNumbers(queries), references: rowNumbers(references)}
  return Array.from(members, ([name, {asking, asked}]) => {
    const isWhole = asking.length === asked.length && asking.every((id, at) => id === asked[at])
    const pick = (ids: readonly number[], side: 'queries' | 'references', set: DescriptorSet) => {
      if (ids.length === 0)
        throw new UserError(`Set ${name} of ${path} has no image to ${side === 'queries' ? 'ask with' : 'be found'}.`)
      const strangers = ids.filter((id) => !rowsOf[side].has(id))
      if (strangers.length > 0)
        throw new UserError(
          `Set ${name} of ${path} names images without a descriptor: ${bounded(strangers.map(String))}.`,
        )
      const rows = ids.map((id) => rowsOf[side].get(id)!).sort((a, b) => a - b)
      return pickRows(set, rows)
    }
    const own = pick(asking, 'queries', queries)
    return {
      name,
      queries: own,
      references: isWhole && queries === references ? own : pick(asked, 'references', references),
    }
  })
}

interface Member {
  readonly set: string
  readonly id: number
  readonly role: string
}

function ofSplit({split, set, id, role}: MembersTable, wanted: string): Member[] | undefined {
  const rows = Array.from(id.keys()).filter((row) => split[row] === wanted)
  return rows.length === 0 ? undefined : rows.map((row) => ({set: set[row]!, id: id[row]!, role: role[row]!}))
}

async function readLooseMembers(path: string): Promise<Member[]> {
  const table = await readLoose(path)
  const column = <Kind extends LooseColumn['kind']>(name: string, kind: Kind) => {
    const found = table.columns.get(name)
    if (found?.kind === kind) return found as Extract<LooseColumn, {kind: Kind}>
    throw new UserError(`${path} has no column "${name}" of ${kind}; it has ${listColumns(table)}.`)
  }
  const [set, id, role] = [column('set', 'text').values, column('id', 'numbers').values, column('role', 'text').values]
  const wrong = role.flatMap((own, row) => (roles.includes(own) ? [] : [`row ${row}: "${own}"`]))
  if (wrong.length > 0)
    throw new UserError(`${path} has roles that are none of ${roles.join(', ')}: ${bounded(wrong)}.`)
  if (set.length === 0) throw new UserError(`${path} names no set at all.`)
  return set.map((name, row) => ({set: name, id: id[row]!, role: role[row]!}))
}

/** One image may ask and be found; it cannot do so twice. */
function checkRepeats(path: string, rows: readonly Member[]): void {
  const rowOf = new Map<string, number>()
  const repeated = rows.flatMap(({set, id, role}, row) => {
    const name = `id ${id} as ${role} of ${set}`
    const before = rowOf.get(name)
    rowOf.set(name, row)
    return before === undefined ? [] : [`${name} in rows ${before} and ${row}`]
  })
  if (repeated.length > 0) throw new UserError(`${path} has images more than once: ${bounded(repeated)}.`)
}

function groupBySet(rows: readonly Member[]): Map<string, {asking: number[]; asked: number[]}> {
  const members = new Map<string, {asking: number[]; asked: number[]}>()
  for (const {set, id, role} of rows) {
    const own = members.get(set) ?? {asking: [], asked: []}
    members.set(set, own)
    if (role !== 'gallery') own.asking.push(id)
    if (role !== 'query') own.asked.push(id)
  }
  return members
}

function rowNumbers({id}: DescriptorSet): Map<number, number> {
  return new Map(Array.from(id, (one, row) => [one, row]))
}
