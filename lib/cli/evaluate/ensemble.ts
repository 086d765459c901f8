import {createHash} from 'node:crypto'
import {mkdir, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {type RepeatedMean, repeatedMean} from '../../metrics/statistics/t-interval.ts'
import type {Project} from '../project.ts'
import {UsageError} from '../usage-error.ts'
import {concatenate} from './concatenate.ts'
import {hasGallery, isWhitened} from './entries.ts'
import {measure} from './measure.ts'
import {measuredFolder} from './one-run.ts'
import {readReference} from './options.ts'
import type {Measurement, Selection} from './render.ts'
import {describeSide, type Hooks} from './side.ts'
import {checkSameImages, openState, type State} from './state.ts'

/** Models whose descriptors are put together, one group for every repetition of the experiment. */
export interface Ensembles {
  readonly groups: readonly (readonly State[])[]
  readonly split: string
  readonly out: string
}

/** What one group gave. */
export interface GroupMeasurement {
  /** Of every model alone. */
  readonly models: readonly (Selection & {readonly metrics: Measurement['metrics']})[]
  readonly concatenated: Measurement
  /** Numbers in a concatenated descriptor. */
  readonly dim: number
}

/** Both ways to give one number for several models: as the Reality Check's tables have them. */
export interface EnsembleMeasurement {
  readonly split: string
  readonly convention: string
  readonly groups: readonly GroupMeasurement[]
  /** Over groups; of one group its own number, without an interval. */
  readonly concatenated: Readonly<Record<string, RepeatedMean>>
  /** Mean over the models of each group, then over groups; of one group the interval is over its models. */
  readonly separated: Readonly<Record<string, RepeatedMean>>
}

/** Opens every model, and refuses what cannot be measured together before an image is described. */
export async function openEnsembles(project: Project, texts: readonly string[], split: string): Promise<Ensembles> {
  const groups: State[][] = []
  const problems: string[] = []
  for (const text of texts) {
    const group: State[] = []
    for (const name of text.split(',')) {
      const {run, which} = readReference(name)
      try {
        group.push(await openState(project, run, which))
      } catch (error) {
        if (!(error instanceof UsageError)) throw error
        problems.push(error.message)
      }
    }
    groups.push(group)
  }
  const all = groups.flat()
  problems.push(...all.flatMap((state) => misfits(state)), ...repeated(all))
  if (problems.length > 0) throw new UsageError([...new Set(problems)].join('\n'))
  const [first, ...others] = all
  await checkSameImages(first!, others, split)
  const names = groups.map((group) => group.map(nameOf).join('+')).join('_')
  const label = names.length <= 80 ? names : createHash('sha256').update(names).digest('hex').slice(0, 12)
  return {groups, split, out: measuredFolder(first!, `${split}-ensemble-${label}`)}
}

/** Describes the split by every model, unless the store has it, and measures each alone and each group as one. */
export async function measureEnsembles(
  {groups, split, out}: Ensembles,
  hooks: Hooks,
): Promise<{readonly exitCode: number; readonly measurement?: EnsembleMeasurement}> {
  const measured: GroupMeasurement[] = []
  for (const group of groups) {
    const result = await measureGroup(group, split, out, hooks)
    if ('exitCode' in result) return result
    measured.push(result)
  }
  const measurement = summarise(measured, split)
  await writeFile(join(out, 'ensemble.json'), `${JSON.stringify(measurement, null, 2)}\n`)
  return {exitCode: 0, measurement}
}

/** All in the way of the group's first run, so that the numbers are of one kind. */
async function measureGroup(
  group: readonly State[],
  split: string,
  out: string,
  hooks: Hooks,
): Promise<GroupMeasurement | {exitCode: number}> {
  const first = group[0]!
  const nothing = {gallery: undefined, training: undefined}
  const files: string[] = []
  const models: GroupMeasurement['models'][number][] = []
  for (const state of group) {
    const {exitCode, files: made} = await describeSide({state, asGallery: false}, split, hooks)
    if (exitCode !== 0) return {exitCode}
    files.push(made.descriptors!)
    const selection = selectionOf(state)
    const folder = join(out, nameOf(state))
    const alone = await measure(
      first,
      split,
      {...nothing, descriptors: made.descriptors},
      {out: folder, about: {selection}, hooks},
    )
    if (alone.measurement === undefined) return {exitCode: alone.exitCode}
    models.push({...selection, metrics: alone.measurement.metrics})
  }
  const folder = join(out, group.map(nameOf).join('+').slice(0, 100))
  await mkdir(folder, {recursive: true})
  const together = join(folder, 'descriptors.arrow')
  const dim = await concatenate(files, together)
  const whole = await measure(
    first,
    split,
    {...nothing, descriptors: together},
    {out: folder, about: {ensemble: group.map(selectionOf)}, hooks},
  )
  return whole.measurement === undefined ? {exitCode: whole.exitCode} : {models, concatenated: whole.measurement, dim}
}

/** Means over repetitions of what the groups gave. */
export function summarise(groups: readonly GroupMeasurement[], split: string): EnsembleMeasurement {
  const {metrics, convention} = groups[0]!.concatenated
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const alone = (name: string) => groups.map(({models}) => models.map((model) => model.metrics[name]!))
  const over = (valuesOf: (name: string) => readonly number[]) =>
    Object.fromEntries(Object.keys(metrics).map((name) => [name, repeatedMean(valuesOf(name))]))
  return {
    split,
    convention,
    groups,
    concatenated: over((name) => groups.map(({concatenated}) => concatenated.metrics[name]!)),
    separated: over((name) => (groups.length === 1 ? alone(name)[0]! : alone(name).map(mean))),
  }
}

function misfits({run, request: {config}}: State): string[] {
  return [
    ...(hasGallery(config)
      ? [
          `Run ${run} looks among a gallery of its own; ensembles are measured among each other. Take runs without gallery.`,
        ]
      : []),
    ...(isWhitened(config)
      ? [
          `Run ${run} has metrics.descriptors.whitening, which is learnt from one model's training images. Take runs without.`,
        ]
      : []),
  ]
}

/** One model twice would count as two repetitions. */
function repeated(states: readonly State[]): string[] {
  const names = states.map(nameOf)
  return [...new Set(names.filter((name, at) => names.indexOf(name) !== at))].map(
    (name) => `${name} is named twice: every model counts once.`,
  )
}

function nameOf({run, epoch}: State): string {
  return `${run}@${epoch}`
}

function selectionOf({run, epoch, chosen}: State): Selection {
  return {run, epoch, chosen}
}
