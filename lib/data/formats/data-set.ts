import {stat} from 'node:fs/promises'
import {UserError} from '../../user-error.ts'
import type {Box} from '../box.ts'

export type OfficialSplit = 'train' | 'val' | 'test' | 'unused'

/** What a reader finds: every image in the order of the data set, and the classes. Nothing has been opened yet. */
export interface DataSet {
  /** Unique, 0 or above. */
  readonly id: readonly number[]
  /** Relative to the root, with forward slashes. */
  readonly path: readonly string[]
  readonly label: readonly number[]
  readonly classNames: ReadonlyMap<number, string>
  /** The set that the data set itself puts every image in; absent: it has no split of its own. */
  readonly official?: readonly OfficialSplit[]
  /** The set that it puts every image in where images of one class are in both; absent: it has no such split. */
  readonly closedSet?: readonly ('train' | 'test' | 'unused')[]
  /** Who is looked for among whom in its test sets, by image ids; absent: every test image queries all others. */
  readonly testSets?: readonly {
    readonly name: string
    readonly queries: readonly number[]
    readonly gallery: readonly number[]
  }[]
  /** What every image shows of its class, where they were asked for; undefined: all of the picture. */
  readonly boxes?: readonly (Box | undefined)[]
  /** Sentences worth telling: what was passed over. */
  readonly notes: readonly string[]
}

export interface ReaderOptions {
  /** data.manifest: name, in the root, of the table or lists that a format is read from. */
  readonly manifest?: string | undefined
  /** data.crop_to_boxes: boxes are wanted. */
  readonly boxes?: boolean | undefined
  /** data.own: parameters of a user's reader. */
  readonly own?: Readonly<Record<string, unknown>> | undefined
}

/** A file of `formats/` exports one as `read`. */
export type Reader = (root: string, options: ReaderOptions) => Promise<DataSet>

/** @throws UserError when the root is missing or no folder. */
export async function checkRoot(root: string): Promise<void> {
  const found = await stat(root).catch((error: NodeJS.ErrnoException) => error.code)
  if (typeof found === 'object' && found.isDirectory()) return
  const reason =
    found === 'ENOENT'
      ? 'there is none'
      : typeof found === 'string'
        ? `it cannot be opened (${found})`
        : 'it is not a folder'
  throw new UserError(
    `data.root must be the folder of a data set, got "${root}": ${reason}. Set data.root (or DATA=…) to where the pictures are.`,
  )
}

/** @throws UserError that lists all problems below a title, when there are any. */
export function throwProblems(title: string, problems: readonly string[]): void {
  if (problems.length > 0) throw new UserError(`${title}:\n${problems.map((one) => `- ${one}`).join('\n')}`)
}
