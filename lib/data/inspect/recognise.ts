import {existsSync} from 'node:fs'
import {join} from 'node:path'
import {UserError} from '../../user-error.ts'
import type {DataSet} from '../formats/data-set.ts'
import {listFolder} from '../formats/folder-tree.ts'
import {usualManifests} from '../formats/manifest.ts'
import {usualSplitLists} from '../formats/split-lists.ts'
import {readDataSet} from '../read-data-set.ts'

/** What is in the folder of a format, and in that of few others; where a name has a slash it is one of several places. */
const signs = {
  cub: ['images.txt', 'image_class_labels.txt'],
  cars196: ['cars_annos.mat', 'car_ims'],
  sop: ['Ebay_train.txt', 'Ebay_test.txt'],
  'vehicle-id': ['train_test_split/train_list.txt', 'train_list.txt', 'test_list_800.txt'],
  celeba: ['identity_CelebA.txt', 'Anno/identity_CelebA.txt', 'img_align_celeba'],
  'in-shop': ['list_eval_partition.txt', 'Eval/list_eval_partition.txt'],
  manifest: usualManifests,
  'split-lists': usualSplitLists,
  folder: [],
} as const satisfies Record<string, readonly string[]>

export type FormatName = keyof typeof signs

const formatNames = Object.keys(signs) as FormatName[]

/** What a reader makes of a folder. */
export interface Verdict {
  readonly format: FormatName
  /** Files that it is known by and that are there. */
  readonly signs: readonly string[]
  /** Absent where it cannot read the folder. */
  readonly dataSet?: DataSet
  /** Why it cannot: its own message, or which files it looked for. */
  readonly problem?: string
}

/**
 * Asks the reader of a format, or every one whose files are there, and that of folders; the one that fits best comes first.
 */
export async function askReaders(
  root: string,
  {format, manifest}: {readonly format?: string | undefined; readonly manifest?: string | undefined},
): Promise<Verdict[]> {
  const asked = format === undefined ? formatNames : [checkFormat(format)]
  const verdicts: Verdict[] = []
  for (const name of asked) {
    const found = findSigns(root, name)
    const isNamed = format !== undefined || (manifest !== undefined && (name === 'manifest' || name === 'split-lists'))
    if (found.length > 0 || name === 'folder' || isNamed) verdicts.push(await ask(name, root, manifest, found))
    else verdicts.push({format: name, signs: [], problem: `no ${signs[name].join(', no ')}`})
  }
  return verdicts.sort((a, b) => rank(b) - rank(a))
}

/** An index with a mistake says more of a folder than that its parts are folders. */
function rank({format, dataSet, signs: own}: Verdict): number {
  if (format === 'folder') return dataSet === undefined ? 1 : 2
  return own.length === 0 ? 0 : (dataSet === undefined ? 10 : 20) + own.length
}

function checkFormat(format: string): FormatName {
  if (Object.hasOwn(signs, format)) return format as FormatName
  throw new UserError(`There is no format "${format}". Those that are read: ${formatNames.join(', ')}.`)
}

function findSigns(root: string, format: FormatName): string[] {
  return signs[format].filter((name) => existsSync(join(root, name)))
}

async function ask(
  format: FormatName,
  root: string,
  manifest: string | undefined,
  found: readonly string[],
): Promise<Verdict> {
  const own = format === 'manifest' || format === 'split-lists' ? manifest : undefined
  try {
    const dataSet = await readDataSet({format, ...(own !== undefined && {manifest: own})}, root)
    return {format, signs: found, dataSet}
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    return {format, signs: found, problem: error.message}
  }
}

/** Folders in a folder that hold what a format is known by: archives often unpack to one folder more. */
export async function findBelow(root: string): Promise<{folder: string; format: FormatName}[]> {
  const entries = await listFolder(root).catch(() => [])
  return entries
    .filter(({kind}) => kind === 'folder')
    .slice(0, 100)
    .flatMap(({name}) => {
      const folder = join(root, name)
      const format = formatNames.find((one) => findSigns(folder, one).length > 0)
      return format === undefined ? [] : [{folder, format}]
    })
}
