import {bounded} from '../../lib/data/wording.ts'
import type {DescriptorSet} from '../../lib/engine/nearest/sets.ts'
import type {LooseColumn} from '../../lib/tables/loose/table.ts'
import {readLoose} from '../../lib/tables/loose.ts'
import {UserError} from '../../lib/user-error.ts'
import {pickRows} from './classes.ts'
import {listColumns} from './described.ts'
import type {TestSet} from './test-set.ts'

/** What an image is in a test set. */
const roles = ['query', 'gallery', 'both']

/**
 * The test sets of a table of (set, id, role), in the order in which it names them: In-Shop has queries and a gallery, VehicleID
 * three overlapping sets. Throws UserError for unknown roles and images, and for a set without queries or without a gallery.
 */
export async function splitByMembership(
  path: string,
  queries: DescriptorSet,
  references: DescriptorSet,
): Promise<TestSet[]> {
  const members = await readMembers(path)
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

async function readMembers(path: string): Promise<Map<string, {asking: number[]; asked: number[]}>> {
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
  const members = new Map<string, {asking: number[]; asked: number[]}>()
  for (const [row, name] of set.entries()) {
    const own = members.get(name) ?? {asking: [], asked: []}
    members.set(name, own)
    if (role[row] !== 'gallery') own.asking.push(id[row]!)
    if (role[row] !== 'query') own.asked.push(id[row]!)
  }
  if (members.size === 0) throw new UserError(`${path} names no set at all.`)
  return members
}

function rowNumbers({id}: DescriptorSet): Map<number, number> {
  return new Map(Array.from(id, (one, row) => [one, row]))
}
