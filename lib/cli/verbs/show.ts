import {readFileSync, statSync} from 'node:fs'
import {extname} from 'node:path'
import type {Project} from '../project.ts'
import {findActivityRule} from '../show/activity.ts'
import {type Artifact, findArtifacts} from '../show/artifact.ts'
import {gatherIdleSteps} from '../show/idle-steps.ts'
import {loadImageNames} from '../show/images.ts'
import {scanJson} from '../show/json.ts'
import {gatherNearestPairs, renderPairs} from '../show/neighbours.ts'
import {renderSafetensors, renderScan} from '../show/render.ts'
import {summariseSafetensors} from '../show/safetensors.ts'
import {type ReadCell, scanTable} from '../show/scan.ts'
import {gatherFirstStep, renderStep} from '../show/step.ts'
import {gatherCurves, renderCurves} from '../show/steps.ts'
import {gatherTuples, renderTuples} from '../show/tuples.ts'
import {parseCondition} from '../show/where.ts'
import type {Terminal} from '../terminal.ts'
import {formatBytes} from '../text/number.ts'
import {UsageError} from '../usage-error.ts'

export interface ShowOptions {
  readonly run?: string
  readonly head: number
  readonly where: readonly string[]
  readonly json: boolean
}

/** Shows what is inside an artifact: a table, a model or metrics. */
export async function show(
  project: Project,
  reference: string,
  options: ShowOptions,
  terminal: Terminal,
): Promise<number> {
  const {files: artifacts, dropped} = findArtifacts(project, reference, options.run)
  if (options.json) {
    const shown = await Promise.all(artifacts.map((artifact) => describeJson(artifact, options)))
    terminal.print([JSON.stringify(shown.length === 1 ? shown[0] : shown, null, 2)])
    return 0
  }
  for (const [i, artifact] of artifacts.entries()) {
    const title = `${artifact.name}  ${formatBytes(statSync(artifact.file).size)}`
    const place = artifact.file === artifact.name ? [] : [artifact.file]
    terminal.print([...(i === 0 ? [] : ['']), terminal.paint('strong', title), ...place])
    terminal.print(await describe(artifact, options, terminal))
  }
  for (const name of dropped) terminal.print(['', `${name}: its bytes were dropped by a keep rule`])
  return 0
}

async function describe(artifact: Artifact, options: ShowOptions, terminal: Terminal): Promise<string[]> {
  switch (extname(artifact.file)) {
    case '.arrow':
      return describeTable(artifact, options, terminal)
    case '.safetensors':
      return renderSafetensors(await summariseSafetensors(artifact.file), terminal)
    case '.json':
      return [JSON.stringify(readJson(artifact.file), null, 2)]
    default:
      throw new UsageError(`${artifact.file}: only .arrow, .safetensors and .json files can be shown.`)
  }
}

/** A pass over the table gathers everything at once; neighbours, plans and steps are also told in words. */
async function describeTable(artifact: Artifact, options: ShowOptions, terminal: Terminal): Promise<string[]> {
  const where = options.where.map(parseCondition)
  const rule = findActivityRule(artifact.objective)
  const pairs = gatherNearestPairs(Math.max(10, options.head))
  const step = gatherFirstStep()
  const tuples = gatherTuples(rule)
  const curves = gatherCurves()
  const idle = gatherIdleSteps()
  const visitPlan = (row: ReadCell) => {
    step.visit(row)
    tuples.visit(row)
  }
  const visitSteps = (row: ReadCell) => {
    curves.visit(row)
    idle.visit(row)
  }
  const scan = await scanTable(artifact.file, {
    head: options.head,
    where,
    visitors: {neighbours: pairs.visit, batches: visitPlan, steps: visitSteps},
  })
  const lines = renderScan(scan, terminal)
  const images = await loadImageNames(artifact.images)
  const [planned, distances] = [step.step(), tuples.distances()]
  if (pairs.pairs().length > 0) lines.push(...renderPairs(pairs.pairs(), images, terminal))
  if (distances !== undefined) lines.push(...renderTuples(distances, rule, terminal))
  if (planned !== undefined) lines.push(...renderStep(planned, images, options.head, terminal))
  return [...lines, ...renderCurves(curves.curves(), terminal), ...idle.lines()]
}

async function describeJson(artifact: Artifact, options: ShowOptions): Promise<unknown> {
  const {name, file} = artifact
  switch (extname(file)) {
    case '.arrow':
      return {
        artifact: name,
        file,
        ...scanJson(await scanTable(file, {head: options.head, where: options.where.map(parseCondition)})),
      }
    case '.safetensors':
      return {artifact: name, file, ...(await summariseSafetensors(file))}
    default:
      return {artifact: name, file, content: readJson(file)}
  }
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new UsageError(`${file} is no readable JSON: ${(error as Error).message}`)
  }
}
