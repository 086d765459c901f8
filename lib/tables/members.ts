import type {ColumnsOf} from './definition.ts'
import {collectProblems} from './problems.ts'
import {readTable} from './read.ts'
import {writeTable} from './write.ts'

export const membershipDefinition = {
  name: 'membership',
  meaning:
    'Who is looked for among whom in the test sets of a data set; by set, then ascending id. In a split without rows every image queries all others.',
  columns: {
    split: {type: 'utf8', meaning: 'split that the image is in'},
    set: {type: 'utf8', meaning: 'name of the test set'},
    id: {type: 'int32', meaning: 'the image'},
    role: {type: 'utf8', meaning: 'query, gallery or both'},
  },
  metadata: {},
} as const

/** The members of test sets in memory: one array per column. */
export type MembersTable = ColumnsOf<typeof membershipDefinition>

/** What an image may be in a test set. */
export const roles: readonly string[] = ['query', 'gallery', 'both']

/** Reads membership.arrow. Throws UserError for a file that is missing, damaged or no table of membership. */
export async function readMembers(path: string): Promise<MembersTable> {
  return (await readTable(path, membershipDefinition)).columns
}

/** Writes membership.arrow; equal tables give equal bytes. */
export async function writeMembers(path: string, columns: MembersTable): Promise<void> {
  await writeTable(path, membershipDefinition, {columns, metadata: {}})
}

/** What breaks the contract of membership.arrow, one sentence each. */
export function checkMembers(path: string): Promise<string[]> {
  return collectProblems(async (note) => {
    const {split, set, id, role} = await readMembers(path)
    const seen = new Set<string>()
    for (const [row, one] of id.entries()) {
      const own = set[row]!
      if (own === '') note('sets', () => `Image ${one} is in a test set without a name.`)
      if (split[row] !== 'val' && split[row] !== 'test')
        note('splits', () => `Image ${one} of test set ${own} is in split "${split[row]}"; it must be val or test.`)
      if (!roles.includes(role[row]!))
        note('roles', () => `Image ${one} has role "${role[row]}"; it must be ${roles.join(', ')}.`)
      if (seen.has(`${one} ${own}`)) note('twice', () => `Image ${one} is in test set ${own} more than once.`)
      seen.add(`${one} ${own}`)
    }
  })
}
