import {isAbsolute} from 'node:path'
import {loadOwnModule, type OwnModule, ownModuleError} from '../own-module.ts'
import type {DataSet, Reader, ReaderOptions} from './formats/data-set.ts'
import {bounded} from './wording.ts'

const purpose = {parameter: 'data.format', heading: 'a-reader', exports: ['read']}

/** Reads a data set by a reader of the user's, and looks at what it gave. Throws UserError with everything that is wrong with that. */
export async function readOwnDataSet(path: OwnModule, root: string, options: ReaderOptions): Promise<DataSet> {
  const {read} = await loadOwnModule<{read: Reader}>(path, purpose)
  const given = (await read(root, options)) as Partial<DataSet> | undefined
  const problems = findProblems(given ?? {})
  if (problems.length === 0) return {...(given as DataSet), notes: given?.notes ?? []}
  throw ownModuleError(path, purpose, `whose read gave no data set: ${bounded(problems, '; ', 20)}`)
}

function findProblems({id, path, label, classNames, official, boxes}: Partial<DataSet>): string[] {
  const lists = Object.entries({id, path, label})
  const absent = lists.flatMap(([name, list]) => (Array.isArray(list) ? [] : [`${name} must be a list`]))
  if (!(classNames instanceof Map)) absent.push('classNames must be a Map of names by label')
  if (absent.length > 0) return absent
  const rows = id!.length
  const uneven = Object.entries({path, label, official, boxes}).flatMap(([name, list]) =>
    list === undefined || list.length === rows ? [] : [`${name} has ${list.length} entries, id has ${rows}`],
  )
  const isNumber = (value: unknown) =>
    Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) < 2 ** 31
  const isInside = (value: unknown) =>
    typeof value === 'string' && value !== '' && !isAbsolute(value) && !value.split('/').includes('..')
  const wrong = (name: string, list: readonly unknown[], isRight: (value: unknown) => boolean, wanted: string) => {
    const row = list.findIndex((value) => !isRight(value))
    return row < 0 ? [] : [`${name} ${row} is ${JSON.stringify(list[row])}, not ${wanted}`]
  }
  return [
    ...uneven,
    ...(new Set(id).size === rows ? [] : ['id has a number twice']),
    ...wrong('id', id!, isNumber, 'a whole number from 0'),
    ...wrong('label', label!, isNumber, 'a whole number from 0'),
    ...wrong('path', path!, isInside, 'a path inside data.root'),
    ...wrong('label', label!, (value) => classNames!.has(value as number), 'in classNames'),
  ]
}
