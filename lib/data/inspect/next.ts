import {basename} from 'node:path'
import {shellWord} from '../../shell-word.ts'
import type {DataSet} from '../formats/data-set.ts'
import {type DataParameters, dataParameters} from '../parameters.ts'
import {type Assignment, assignSplits} from '../splits.ts'
import type {FormatName} from './recognise.ts'

/** A protocol by which a data set can be used, and what to type for that. */
export interface Suggestion {
  readonly title: string
  readonly data: DataParameters
  readonly assignment: Assignment
  readonly command: string
}

/** The first protocol that fits, in order of what is usual for the format; where none fits the first, with its problems. */
export function suggest(root: string, format: FormatName, manifest: string | undefined, dataSet: DataSet): Suggestion {
  const own = {format, root, ...(manifest !== undefined && {manifest})}
  const usual: Record<string, unknown>[] = [
    ...(format === 'cub' ? [{protocol: 'lab'}] : []),
    ...(dataSet.official === undefined ? [] : [{protocol: 'official'}]),
    modulo,
    {protocol: 'halves'},
    {protocol: 'roth', val_share: 0.5},
  ]
  const tried = usual.map((protocol): Suggestion => {
    const data = dataParameters.parse({...own, ...protocol})
    const title = `protocol ${data.protocol}`
    return {title, data, assignment: assignSplits(data, dataSet), command: commandFor(data)}
  })
  return tried.find(({assignment}) => assignment.problems.length === 0) ?? tried[0]!
}

/** As pipeline.yaml has it: half of the classes is trained on, a quarter each is measured and tested. */
const modulo = {protocol: 'modulo', modulo: 4, train: '0-1', val: 2, test: 3}

function commandFor(data: DataParameters): string {
  const run =
    basename(data.root)
      .replace(/[^A-Za-z0-9_-]+/g, '-')
      .replace(/^-+|-+$/g, '')
      .toLowerCase() || 'mine'
  if (data.protocol === 'lab')
    return `make train RUN=${run} PRESET=lab-cub DATA=${shellWord(data.root)} WEIGHTS=resnet18.pth`
  if (data.format === 'folder' && data.protocol === 'modulo')
    return `make epoch RUN=${run} DATA=${shellWord(data.root)}`
  return `npx nearmiss epoch --run ${run} --set ${shellWord(`data=${JSON.stringify(data)}`)}`
}
