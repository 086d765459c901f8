import type {PlanRequest} from '../../pipeline/plan.ts'
import {type ImagesTable, readImages} from '../../tables/images.ts'
import {findRunName} from '../current-run.ts'
import {loadHistory} from '../epochs/history.ts'
import {metricTitle} from '../epochs/table.ts'
import {withParamsOf} from '../params-of-run.ts'
import {openConfig, type Project} from '../project.ts'
import {findFile, listStored, type StoredNode} from '../report/artifacts.ts'
import {formatPlural} from '../text/number.ts'
import {UsageError} from '../usage-error.ts'

/** An epoch of a run, ready to describe images. */
export interface State {
  /** With the parameters that the run was made with. */
  readonly request: PlanRequest
  readonly run: string
  readonly epoch: number
  /** How the epoch was chosen, in words. */
  readonly chosen: string
  readonly nodes: readonly StoredNode[]
}

/** Opens the best epoch of a run by validation, or another that is asked for: a number, `best` or `last`. */
export async function openState(project: Project, named: string | undefined, which: string): Promise<State> {
  const run = findRunName(project.artifacts, named)
  const {config, catalogue} = await openConfig(project, {set: []})
  const {epochs, metricNames} = loadHistory(project.artifacts, run)
  const best = epochs.find((row) => row.best)?.epoch
  const epoch = which === 'best' ? best : which === 'last' ? epochs.at(-1)?.epoch : Number(which)
  if (epoch === undefined && epochs.length > 0)
    throw new UsageError(
      `Run ${run} does not measure the metric that its best epoch is chosen by. Name an epoch: --epoch ${epochs.at(-1)!.epoch}, or ${run}@last`,
    )
  if (epoch === undefined || !epochs.some((row) => row.epoch === epoch))
    throw new UsageError(
      `Run ${run} has no measured epoch${epoch === undefined ? '' : ` ${epoch}`}. Measure it: npx nearmiss run --run ${run} --epochs ${epoch ?? 0}`,
    )
  const by = metricNames[0] === undefined ? 'validation' : `validation ${metricTitle(metricNames[0])}`
  return {
    request: {
      config: withParamsOf(project, run, config),
      catalogue,
      run,
      epochs: epoch,
      root: project.code,
      folder: project.root,
      artifacts: project.artifacts,
    },
    run,
    epoch,
    chosen: describeChoice(epoch, best, by),
    nodes: listStored(project.artifacts, run),
  }
}

function describeChoice(epoch: number, best: number | undefined, by: string): string {
  if (epoch === best) return `the best epoch by ${by}`
  return best === undefined ? 'asked for' : `asked for; by ${by} epoch ${best} is the best`
}

/** Refuses runs whose split holds other pictures or classes: ids would name other images. */
export async function checkSameImages(first: State, others: readonly State[], split: string): Promise<void> {
  const tables = new Map<string, ReadonlyMap<number, string>>()
  const read = async ({run, nodes}: State) => {
    const file = findFile(nodes, 'images', undefined)
    if (file === undefined)
      throw new UsageError(`Run ${run} has no table of images in the store. Make it: npx nearmiss run --run ${run}`)
    const images = tables.get(file) ?? identities(await readImages(file), split)
    tables.set(file, images)
    return images
  }
  const own = await read(first)
  const problems: string[] = []
  for (const other of others) {
    const differing = differences(own, await read(other))
    if (differing.length === 0) continue
    const shown = `${differing.slice(0, 5).join(', ')}${differing.length > 5 ? ', …' : ''}`
    problems.push(
      `Split ${split} of run ${other.run} is not that of run ${first.run}: it differs in ${formatPlural(differing.length, 'image')} (${shown}).`,
    )
  }
  if (problems.length > 0)
    throw new UsageError(
      `${[...new Set(problems)].join('\n')}\nWhat is measured together must be of the same images: name runs with the same data.`,
    )
}

/** What an image is, by its id. */
function identities({id, label, sha256, split}: ImagesTable, wanted: string): ReadonlyMap<number, string> {
  const rows = Array.from(id.keys()).filter((row) => split[row] === wanted)
  return new Map(rows.map((row) => [id[row]!, `${label[row]} ${sha256[row]}`]))
}

function differences(one: ReadonlyMap<number, string>, two: ReadonlyMap<number, string>): number[] {
  return [...new Set([...one.keys(), ...two.keys()])].filter((id) => one.get(id) !== two.get(id))
}
