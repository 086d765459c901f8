import {readFile} from 'node:fs/promises'
import {join} from 'node:path'
import {UserError} from '../../user-error.ts'
import type {Box} from '../box.ts'
import {boxBetween} from './boxes.ts'
import {checkRoot, type DataSet, type ReaderOptions, throwProblems} from './data-set.ts'
import {checkEntries, note} from './index-file.ts'
import {locateFiles} from './locate-files.ts'
import {type MatValue, parseMat} from './matlab.ts'

const index = 'cars_annos.mat'

/**
 * Reads Cars196: cars_annos.mat, whose `annotations` are structs with relative_im_path, class (from 1) and test, and whose class_names are the
 * classes'; bbox_x1, bbox_y1, bbox_x2 and bbox_y2 where boxes are wanted; pictures in car_ims/. Ids are the numbers in the pictures' names, labels are classes minus 1. Fields are found by name: their
 * order is not part of the format.
 * @throws UserError that lists everything wrong with the annotations and which files are missing.
 */
export async function read(root: string, {boxes = false}: ReaderOptions): Promise<DataSet> {
  await checkRoot(root)
  const problems: string[] = []
  const variables = await readIndex(root, problems)
  const rows = variables === undefined ? [] : readRows(variables, boxes, problems)
  checkEntries(rows, index, problems)
  const {path, notes} = await locateFiles(root, problems.length > 0 ? [] : rows.map((row) => row.path), index, problems)
  throwProblems(`The data set "${root}" cannot be used`, problems)
  const names = classNames(variables!.get('class_names'))
  return {
    id: rows.map(({id}) => id),
    path,
    label: rows.map(({label}) => label),
    classNames: new Map(rows.map(({label}) => [label, names[label] ?? `class ${label + 1}`])),
    closedSet: rows.map(({isTest}) => (isTest ? 'test' : 'train')),
    ...(boxes && {boxes: rows.map(({box}) => box)}),
    notes,
  }
}

async function readIndex(root: string, problems: string[]): Promise<Map<string, MatValue> | undefined> {
  try {
    return parseMat(await readFile(join(root, index)))
  } catch (error) {
    if (error instanceof UserError) problems.push(`${index} ${error.message}`)
    else if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      problems.push(
        `${index} is missing: it names the class of every picture in car_ims. Set data.root to the folder that holds both. (cars_train_annos.mat and its kin, of folders cars_train and cars_test, number pictures otherwise and are not read.)`,
      )
    } else problems.push(`${index} cannot be read (${(error as NodeJS.ErrnoException).code ?? String(error)}).`)
    return undefined
  }
}

interface Row {
  readonly id: number
  readonly path: string
  readonly label: number
  readonly isTest: boolean
  readonly box: Box | undefined
}

const corners = ['bbox_x1', 'bbox_y1', 'bbox_x2', 'bbox_y2']

function readRows(variables: ReadonlyMap<string, MatValue>, boxes: boolean, problems: string[]): Row[] {
  const annotations = variables.get('annotations')
  const fields = annotations?.kind === 'structs' ? annotations.fields : undefined
  const wanted = ['relative_im_path', 'class', 'test', ...(boxes ? corners : [])]
  const missing = wanted.filter((name) => !fields?.has(name))
  if (fields === undefined || missing.length > 0) {
    const found =
      fields === undefined
        ? `variables ${[...variables.keys()].join(', ') || 'none'}`
        : `fields ${[...fields.keys()].join(', ')}`
    problems.push(`${index} must hold structs "annotations" with the fields ${wanted.join(', ')}; it has ${found}.`)
    return []
  }
  const [paths, classes, tests] = wanted.map((name) => fields.get(name)!)
  const wrong: string[] = []
  const boxless: string[] = []
  const rows = paths!.flatMap((path, row): Row[] => {
    const [text, own, test] = [textOf(path), numberOf(classes![row]!), numberOf(tests![row]!)]
    const id = /(\d{1,9})\.\w+$/.exec(text ?? '')?.[1]
    if (text === undefined || id === undefined || !(Number.isInteger(own) && own! >= 1)) {
      wrong.push(`annotation ${row + 1} "${text ?? ''}" of class ${own ?? 'none'}`)
      return []
    }
    const box = boxes ? boxBetween(corners.map((name) => numberOf(fields.get(name)![row]!))) : undefined
    if (boxes && box === undefined) boxless.push(`annotation ${row + 1} "${text}"`)
    return [{id: Number(id), path: text, label: own! - 1, isTest: test === 1, box}]
  })
  note(problems, `${index} has annotations without a numbered picture or a class from 1`, wrong)
  note(problems, `${index} has boxes that are not four numbers`, boxless)
  if (rows.length === 0 && wrong.length === 0) problems.push(`${index} has no annotation.`)
  return rows
}

function classNames(value: MatValue | undefined): (string | undefined)[] {
  return value?.kind === 'cells' ? value.cells.map(textOf) : []
}

function textOf(value: MatValue): string | undefined {
  return value.kind === 'text' ? value.text : undefined
}

function numberOf(value: MatValue): number | undefined {
  return value.kind === 'numbers' ? value.values[0] : undefined
}
