import {resolve} from 'node:path'
import {checkFiles} from './check-files.ts'
import {checkRoot, type DataSet} from './formats/data-set.ts'
import {describeClasses, describeSets} from './inspect/classes.ts'
import {describeCopies} from './inspect/copies.ts'
import type {Finding} from './inspect/finding.ts'
import {type Suggestion, suggest} from './inspect/next.ts'
import {describePictures, isGray} from './inspect/pictures.ts'
import {askReaders, findBelow, type Verdict} from './inspect/recognise.ts'
import {checkArchives, compareWithPublished} from './published.ts'

/** What a folder is, and whether it can be trained on. */
export interface Inspection {
  readonly root: string
  /** null: no reader can use it. */
  readonly format: string | null
  readonly usable: boolean
  readonly findings: readonly Finding[]
  /** What to type next. */
  readonly next: readonly string[]
}

export interface InspectOptions {
  /** Only this reader is asked. */
  readonly format?: string | undefined
  readonly manifest?: string | undefined
  /** Warnings are problems. */
  readonly strict?: boolean | undefined
}

/**
 * Looks at a folder as `prepare-splits` would, but goes on where that ends: which reader fits, classes, sets, every file, copies, and what to type
 * next. Throws UserError only where the folder or the format does not exist.
 */
export async function inspectData(
  folder: string,
  options: InspectOptions,
  onProgress?: (done: number, total: number) => void,
): Promise<Inspection> {
  const root = resolve(folder)
  await checkRoot(root)
  const verdicts = await askReaders(root, options)
  const [best, ...others] = verdicts as [Verdict, ...Verdict[]]
  if (best.dataSet === undefined) return refuse(root, verdicts)
  const suggestion = suggest(root, best.format, options.manifest, best.dataSet)
  const found = [
    describeFormat(best),
    ...describeOthers(others, {briefly: true}),
    ...(await describeOrigin(root, best.format, best.dataSet)),
    ...(await describeContents(root, best.dataSet, suggestion, onProgress)),
  ]
  const findings = options.strict ? found.map(worsen) : found
  const usable = findings.every(({grade}) => grade !== 'problem')
  return {root, format: best.format, usable, findings, next: usable ? [suggestion.command] : []}
}

/** No reader fits: the nearest one's reasons at length, and where else to look. */
async function refuse(root: string, verdicts: readonly Verdict[]): Promise<Inspection> {
  const below = await findBelow(root)
  // Of a folder whose parts are data sets nobody wants to hear that it has no classes.
  const [nearest, ...others] = below.length > 0 ? [undefined, ...verdicts] : verdicts
  const findings: Finding[] = [
    nearest === undefined
      ? {what: 'format', found: 'the folder is no data set, but holds some', grade: 'problem'}
      : {what: `format ${nearest.format}`, found: nearest.problem!, grade: 'problem', advice: 'Mend what is listed.'},
    ...describeOthers(
      others.filter((one) => one !== undefined),
      {briefly: nearest !== undefined && nearest.signs.length > 0},
    ),
  ]
  const next = below.map(({folder, format}) => `npx nearmiss doctor data ${JSON.stringify(folder)}  (${format})`)
  return {root, format: null, usable: false, findings, next}
}

function describeFormat({format, signs, dataSet}: Verdict): Finding {
  const by = signs.length === 0 ? 'one folder per class' : signs.join(', ')
  return {what: 'format', found: [`${format}: ${by}`, ...dataSet!.notes].join('\n'), grade: 'ok'}
}

const longestReason = 100

/** One line a reader; briefly: those that know no file of the folder share one, for where a reader fits nobody looks for another's files. */
function describeOthers(verdicts: readonly Verdict[], {briefly = false} = {}): Finding[] {
  if (verdicts.length === 0) return []
  const strangers = briefly ? verdicts.filter(({format, signs}) => format !== 'folder' && signs.length === 0) : []
  const others = verdicts.filter((verdict) => !strangers.includes(verdict))
  const lines = others.map(({format, dataSet, problem}) => {
    if (dataSet !== undefined) return `${format}: could be read so, too: ${new Set(dataSet.label).size} classes`
    const [title, first = title!, ...more] = problem!.split('\n')
    const reason = first.replace(/^- /, '')
    return `${format}: ${reason.slice(0, longestReason)}${reason.length > longestReason || more.length > 0 ? ' …' : ''}`
  })
  if (strangers.length > 0)
    lines.push(`${strangers.map(({format}) => format).join(', ')}: none of their files is there`)
  return [{what: 'not taken', found: lines.join('\n'), grade: 'ok'}]
}

async function describeOrigin(root: string, format: string, dataSet: DataSet): Promise<Finding[]> {
  const differences = await compareWithPublished(format, root, dataSet)
  const {checked, changed} = await checkArchives(format, root)
  const wrong = [...differences, ...changed]
  if (wrong.length > 0) return [{what: 'published', found: wrong.join('\n'), grade: 'warning'}]
  return checked > 0
    ? [{what: 'published', found: 'the archive beside it is the one that was published', grade: 'ok'}]
    : []
}

async function describeContents(
  root: string,
  dataSet: DataSet,
  {title, data, assignment}: Suggestion,
  onProgress: ((done: number, total: number) => void) | undefined,
): Promise<Finding[]> {
  const gray = new Set<number>()
  const files = await checkFiles(root, dataSet.path, {
    onProgress,
    onPicture: (place, picture) => {
      if (isGray(picture)) gray.add(place)
    },
  })
  const hashes = files.map(({sha256}) => sha256)
  const {problems, notes} = assignment
  const advice = 'Mend this, or see docs/data.md for other protocols.'
  const sets: Finding[] =
    problems.length > 0
      ? [{what: 'sets', found: [`${title} cannot be used:`, ...problems].join('\n'), grade: 'problem', advice}]
      : [
          describeSets(dataSet, assignment.split, title),
          ...notes.map((found): Finding => ({what: 'sets', found, grade: 'ok'})),
        ]
  const split = problems.length > 0 ? dataSet.label.map(() => 'unused' as const) : assignment.split
  const own =
    data.protocol !== 'official' && dataSet.closedSet !== undefined
      ? [describeSets(dataSet, dataSet.closedSet, 'its own sides, which share classes')]
      : []
  return [
    describeClasses(dataSet),
    ...own,
    ...sets,
    ...describePictures(dataSet.path, files, gray),
    ...describeCopies(dataSet, hashes, split),
  ]
}

function worsen(finding: Finding): Finding {
  return finding.grade === 'warning' ? {...finding, grade: 'problem'} : finding
}
