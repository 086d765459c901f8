import {existsSync} from 'node:fs'
import {readFile} from 'node:fs/promises'
import {join} from 'node:path'
import {z} from 'zod'
import {type PickleValue, unpickle} from '../../model/pickle.ts'
import {UserError} from '../../user-error.ts'
import {checkRoot, type DataSet, type ReaderOptions, throwProblems} from './data-set.ts'
import {checkEntries, insideRoot} from './index-file.ts'
import {locateFiles} from './locate-files.ts'

/** Looked for where data.manifest is not set. */
export const usualSplitLists = ['splits.json', 'splits.pkl']
const splits = ['train', 'val', 'test'] as const

const lists = z.array(z.array(z.string().min(1)))
const splitLists = z.strictObject({train: lists, val: lists.default([]), test: lists.default([])})

/**
 * Reads lists of lists, as the split dictionary of Suma and Tolias 2023 has them: `{"train": [["a/1.jpg", "a/2.jpg"], …], "val": […], "test": […]}`,
 * a list of paths for every class, in JSON or as Python pickles it (nothing in a pickle is run). Classes and ids are counted through train, val and test; a class is called like its first picture's folder.
 * @throws UserError that lists everything wrong with the lists and which files are missing.
 */
export async function read(root: string, {manifest}: ReaderOptions): Promise<DataSet> {
  await checkRoot(root)
  const name = manifest ?? usualSplitLists.find((one) => existsSync(join(root, one))) ?? usualSplitLists[0]!
  const given = await readLists(join(root, name))
  const classes = splits.flatMap((split) => given[split].map((paths) => ({split, paths})))
  const rows = classes
    .flatMap(({split, paths}, label) => paths.map((path) => ({path: insideRoot(root, path), label, split})))
    .map((row, id) => ({...row, id}))
  const problems: string[] = []
  if (rows.length === 0) problems.push(`${name} names no picture.`)
  checkEntries(rows, name, problems)
  const {path, notes} = await locateFiles(root, problems.length > 0 ? [] : rows.map((row) => row.path), name, problems)
  throwProblems(`The data set "${root}" cannot be used`, problems)
  return {
    id: rows.map(({id}) => id),
    path,
    label: rows.map(({label}) => label),
    classNames: new Map(nameClasses(classes.map(({paths}) => paths)).entries()),
    official: rows.map(({split}) => split),
    notes,
  }
}

async function readLists(path: string): Promise<z.infer<typeof splitLists>> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw new UserError(
      `${path} cannot be read (${error.code}). Set data.manifest to the lists, a file in data.root: JSON, or a pickle.`,
    )
  })
  const parsed = splitLists.safeParse(bytes[0] === 0x80 ? parsePickle(path, bytes) : parseJson(path, bytes))
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new UserError(
    `${path} must hold train, val and test, each a list of lists of paths; ${issue!.path.join('.') || 'it'}: ${issue!.message}.`,
  )
}

function parseJson(path: string, bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8').replace(/^\uFEFF/, ''))
  } catch (error) {
    throw new UserError(`${path} is no JSON: ${(error as SyntaxError).message}.`)
  }
}

/** Dicts, lists and texts of a pickle. Whatever else it asks for, which may be code, is refused by name. */
function parsePickle(path: string, bytes: Buffer): unknown {
  const refuse = (name: unknown): never => {
    throw new RangeError(`it asks for ${JSON.stringify(name)}, which lists of paths do not need`)
  }
  try {
    const {value} = unpickle(bytes, 0, {global: refuse, persistent: refuse})
    return value instanceof Map ? Object.fromEntries(value as Map<PickleValue, PickleValue>) : value
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new UserError(
      `${path} is a pickle that is not read: ${error.message}. Write it as JSON: json.dump(lists, open("splits.json", "w"))`,
    )
  }
}

/** Folder of the first picture where that tells the classes apart, else a number. */
function nameClasses(classes: readonly (readonly string[])[]): string[] {
  const folders = classes.map((paths) => (paths[0] ?? '').split('/').slice(0, -1).join('/'))
  const areDistinct = new Set(folders).size === folders.length && !folders.includes('')
  return areDistinct ? folders : folders.map((_, number) => `class ${number}`)
}
