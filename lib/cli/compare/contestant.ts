import {existsSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {z} from 'zod'
import {readImages} from '../../tables/images.ts'
import {type QueriesTable, readQueries} from '../../tables/queries.ts'
import {loadHistory} from '../epochs/history.ts'
import type {Project} from '../project.ts'
import {findArtifacts} from '../show/artifact.ts'
import {UsageError} from '../usage-error.ts'

/** One of the measurements that are compared. */
export interface Contestant {
  /** As it was asked for, with its epoch: `demo@8`, or a folder. */
  readonly name: string
  /** How the epoch was chosen. */
  readonly chosen: 'best by validation' | 'asked for' | 'measured by hand'
  readonly queries: QueriesTable
  readonly convention: string
  readonly split: string | null
  /** Picture behind each image id, where the table of images is known: its sha256. */
  readonly pictures?: ReadonlyMap<number, string>
}

const description = z.object({convention: z.string(), split: z.string().nullable()})

/** Loads what `demo`, `demo@5`, `demo@last` or a folder with metrics.json and queries.arrow stand for. */
export async function loadContestant(project: Project, reference: string): Promise<Contestant> {
  const byHand = join(reference, 'queries.arrow')
  if (existsSync(byHand)) {
    const about = readDescription(join(reference, 'metrics.json'))
    return {name: reference, chosen: 'measured by hand', queries: await readQueries(byHand), ...about}
  }
  const [, run = '', which] = /^([^@]+)(?:@(\d+|best|last))?$/.exec(reference) ?? []
  if (run === '')
    throw new UsageError(
      `"${reference}" is no run. Say RUN, RUN@5, RUN@best, RUN@last, or a folder with queries.arrow.`,
    )
  const epoch = findEpoch(project, run, which ?? 'best')
  const find = (output: string) => findArtifacts(project, `evaluate@${epoch}.${output}`, run).files[0]!
  const {file, images} = find('queries')
  return {
    name: `${run}@${epoch}`,
    chosen: which === undefined || which === 'best' ? 'best by validation' : 'asked for',
    queries: await readQueries(file),
    ...readDescription(find('metrics').file),
    ...(images === undefined ? {} : {pictures: await readPictures(images)}),
  }
}

function findEpoch(project: Project, run: string, which: string): number {
  if (/^\d+$/.test(which)) return Number(which)
  const {epochs} = loadHistory(project.artifacts, run)
  const found = which === 'best' ? epochs.find(({best}) => best) : epochs.at(-1)
  if (found === undefined)
    throw new UsageError(`Run ${run} has no measured epoch yet. See: npx nearmiss status --run ${run}`)
  return found.epoch
}

function readDescription(file: string): z.infer<typeof description> {
  try {
    return description.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch (error) {
    throw new UsageError(`${file} does not say convention and split: ${(error as Error).message}`)
  }
}

async function readPictures(file: string): Promise<Map<number, string>> {
  const {id, sha256} = await readImages(file)
  return new Map(Array.from(id, (one, row) => [one, sha256[row]!]))
}
