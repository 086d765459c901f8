import {createHash} from 'node:crypto'
import {createReadStream, existsSync, statSync} from 'node:fs'
import {mkdtemp, readFile, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join, resolve} from 'node:path'
import {pipeline} from 'node:stream/promises'
import {didYouMean} from '../../pipeline/did-you-mean.ts'
import {runLooseStage} from '../loose-stage.ts'
import type {Project} from '../project.ts'
import type {Terminal} from '../terminal.ts'
import {UsageError} from '../usage-error.ts'
import {publishedWeights} from '../weights/published.ts'
import {renderFile, renderPublished, renderSources, type WeightsFile, type WeightsReport} from '../weights/render.ts'

/** Lists published weights, tells all about those of a backbone, or what a file holds. Downloads nothing. */
export async function weights(
  project: Project,
  what: string | undefined,
  {json}: {json: boolean},
  terminal: Terminal,
): Promise<number> {
  const chosen = publishedWeights.filter(({backbone}) => what === undefined || backbone === what)
  if (chosen.length > 0) {
    const render = what === undefined ? renderPublished : renderSources
    terminal.print(json ? [JSON.stringify(chosen, null, 2)] : render(chosen, terminal))
    return 0
  }
  const file = await measure(what!)
  const report = await inspect(project, file)
  const known = publishedWeights.find(({sha256}) => sha256 !== undefined && file.sha256.startsWith(sha256))
  if (json) terminal.print([JSON.stringify({...file, published: known ?? null, ...report}, null, 2)])
  else terminal.print(renderFile(file, known, report, terminal))
  return 0
}

async function measure(path: string): Promise<WeightsFile> {
  if (!existsSync(path) || !statSync(path).isFile()) {
    const names = [...new Set(publishedWeights.map(({backbone}) => backbone))]
    throw new UsageError(`${path} is no file, and no backbone that weights are published for${didYouMean(path, names)}`)
  }
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return {path, bytes: statSync(path).size, sha256: hash.digest('hex')}
}

/** By a stage, for it loads the engine. */
async function inspect(project: Project, {path}: WeightsFile): Promise<WeightsReport> {
  const folder = await mkdtemp(join(tmpdir(), 'nearmiss-weights-'))
  try {
    const stage = {stage: 'inspect-weights', values: {path: resolve(path)}, inputs: {}, folder}
    const {report} = await runLooseStage(project, stage)
    return JSON.parse(await readFile(report!, 'utf8')) as WeightsReport
  } finally {
    await rm(folder, {recursive: true, force: true})
  }
}
