import {execa} from 'execa'
import {findRun} from '../../pipeline/runs.ts'
import type {EpochFacts, RunFacts} from '../../report/facts.ts'
import {readSteps} from '../../tables/steps.ts'
import {UserError} from '../../user-error.ts'
import {loadHistory} from '../epochs/history.ts'
import {metricTitle} from '../epochs/table.ts'
import type {Project} from '../project.ts'
import {findFile, type StoredNode} from './artifacts.ts'
import {readMeasurement} from './measurement.ts'

/** The numbers of a run, for its report. */
export async function gatherFacts(project: Project, run: string, nodes: readonly StoredNode[]): Promise<RunFacts> {
  const record = findRun(project.artifacts, run)
  const history = loadHistory(project.artifacts, run)
  const epochs = await Promise.all(history.epochs.map((row) => gatherEpoch(row, nodes)))
  const shown = history.epochs.find((row) => row.best)?.epoch
  const measured = readMeasurement(findFile(nodes, 'metrics', shown))
  const baseline = readMeasurement(findFile(nodes, 'metrics', undefined))
  const metricNames = history.metricNames.filter((name) => epochs.some(({metrics}) => name in metrics))
  return {
    run,
    ...(record?.preset === undefined ? {} : {preset: record.preset}),
    metrics: metricNames.map((name) => ({name, title: metricTitle(name)})),
    epochs,
    chosenOnTest: history.chosenOnTest,
    ...(baseline === undefined ? {} : {baseline: baseline.metrics}),
    ...(measured && measured.sets.length > 0 && {sets: measured.sets}),
    measurement: measured?.description ?? [],
    ...(measured?.intervals === undefined ? {} : {intervals: measured.intervals}),
    parameters: parametersOf(record?.params ?? {}),
    origins: nodes.map(({node, key, manifest}) => ({
      node,
      key,
      startedAt: manifest.startedAt,
      seconds: manifest.seconds,
    })),
    versions: await gatherVersions(project, nodes, shown),
  }
}

/** A parameter a line; a list of plain values is one. */
function parametersOf(tree: unknown, prefix = ''): [string, string][] {
  const isList = Array.isArray(tree) && tree.every((item) => typeof item !== 'object' || item === null)
  if (typeof tree !== 'object' || tree === null || isList)
    return [[prefix, typeof tree === 'string' ? tree : JSON.stringify(tree)]]
  const members = Object.entries(tree)
  if (members.length === 0) return [[prefix, '{}']]
  return members.flatMap(([name, value]) => parametersOf(value, prefix === '' ? name : `${prefix}.${name}`))
}

async function gatherEpoch(
  row: ReturnType<typeof loadHistory>['epochs'][number],
  nodes: readonly StoredNode[],
): Promise<EpochFacts> {
  const measured = readMeasurement(findFile(nodes, 'metrics', row.epoch))
  const values = Object.entries(row.metrics).map(([name, value]) => [name, {value}] as const)
  return {
    epoch: row.epoch,
    metrics: measured?.metrics ?? Object.fromEntries(values),
    ...(row.loss === undefined ? {} : {loss: row.loss}),
    ...(row.activeFraction === undefined ? {} : {activeFraction: row.activeFraction}),
    ...(await readDistances(findFile(nodes, 'steps', row.epoch))),
    ...(row.seconds === undefined ? {} : {seconds: row.seconds}),
    best: row.best,
  }
}

/** Means over the steps that had such tuples. */
async function readDistances(
  file: string | undefined,
): Promise<Pick<EpochFacts, 'positiveDistance' | 'negativeDistance'>> {
  const steps = file === undefined ? undefined : await readSteps(file).catch(ifUserError)
  const mean = (values: Float64Array) => {
    const finite = values.filter(Number.isFinite)
    return finite.length === 0 ? undefined : finite.reduce((sum, value) => sum + value, 0) / finite.length
  }
  const [positive, negative] = steps === undefined ? [] : [mean(steps.positiveDistance), mean(steps.negativeDistance)]
  return {
    ...(positive === undefined ? {} : {positiveDistance: positive}),
    ...(negative === undefined ? {} : {negativeDistance: negative}),
  }
}

/** For tables of another version: the page goes without them. */
function ifUserError(error: unknown): undefined {
  if (error instanceof UserError) return undefined
  throw error
}

async function gatherVersions(
  project: Project,
  nodes: readonly StoredNode[],
  epoch: number | undefined,
): Promise<[string, string][]> {
  const records = nodes.filter((node) => node.epoch === epoch || node.epoch === undefined)
  const numerics = Object.assign({}, ...records.map(({manifest}) => manifest.record.numerics)) as Record<string, string>
  const packages = records.flatMap(({manifest}) =>
    Object.entries(manifest.record.code).filter(([name]) => name.startsWith('npm:')),
  )
  const commit = await findCommit(project.code)
  return [
    ...Object.entries(numerics),
    ...[...new Map(packages)].map(([name, version]): [string, string] => [name.slice('npm:'.length), version]).sort(),
    ['node, of this page', process.version],
    ...(commit === undefined ? [] : [['git commit, of this page', commit] as [string, string]]),
  ]
}

/** The commit of the code, marked where files differ from it. */
async function findCommit(folder: string): Promise<string | undefined> {
  const git = (...args: string[]) => execa('git', args, {cwd: folder, reject: false})
  const head = await git('rev-parse', 'HEAD')
  if (head.exitCode !== 0) return undefined // no git, or no repository
  const changes = await git('status', '--porcelain', '--untracked-files=no')
  return `${head.stdout}${changes.stdout === '' ? '' : ', with changes'}`
}
