import {mkdtemp, readFile, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join, resolve} from 'node:path'
import type {Event} from '../../pipeline/event.ts'
import type {Finding} from '../doctor/finding.ts'
import {exitCode} from '../exit-code.ts'
import {runLooseStage} from '../loose-stage.ts'
import type {Project} from '../project.ts'
import type {Terminal} from '../terminal.ts'
import {formatCount} from '../text/number.ts'
import {renderFindings} from './doctor.ts'

export interface DoctorDataOptions {
  readonly format?: string
  readonly manifest?: string
  readonly strict: boolean
  readonly json: boolean
}

/** What stage inspect-data writes. */
interface Inspection {
  readonly usable: boolean
  readonly findings: readonly Finding[]
  readonly next: readonly string[]
}

/** Says what a folder of pictures is, what is wrong with it, and what to type next. Exit code 1 where it cannot be used. */
export async function doctorData(
  project: Project,
  folder: string,
  options: DoctorDataOptions,
  terminal: Terminal,
): Promise<number> {
  const inspection = await inspect(project, folder, options, terminal)
  if (options.json) terminal.print([JSON.stringify(inspection, null, 2)])
  else terminal.print(renderInspection(inspection, terminal))
  return inspection.usable ? exitCode.ok : exitCode.stageFailed
}

function renderInspection({usable, findings, next}: Inspection, terminal: Terminal): string[] {
  const problems = findings.filter(({grade}) => grade === 'problem').length
  const warnings = findings.filter(({grade}) => grade === 'warning').length
  const toLookAt = warnings === 0 ? '' : `, ${warnings} to look at`
  return [
    ...renderFindings(findings, terminal),
    '',
    usable ? `usable${toLookAt}` : `not usable: ${problems} to mend${toLookAt}`,
    ...next.map((command) => `next: ${command}`),
  ]
}

/** By a stage: it decodes every picture, in a process of its own. */
async function inspect(
  project: Project,
  root: string,
  {format, manifest, strict}: DoctorDataOptions,
  terminal: Terminal,
): Promise<Inspection> {
  const values = {root: resolve(root), strict, ...(format && {format}), ...(manifest && {manifest})}
  const folder = await mkdtemp(join(tmpdir(), 'nearmiss-doctor-'))
  try {
    const stage = {stage: 'inspect-data', values, inputs: {}, folder, onEvent: openProgress(terminal)}
    const {inspection} = await runLooseStage(project, stage)
    return JSON.parse(await readFile(inspection!, 'utf8')) as Inspection
  } finally {
    await rm(folder, {recursive: true, force: true})
  }
}

const speakEveryMs = 5_000

/** How far it is, to stderr, for those that take long. */
function openProgress(terminal: Terminal): (event: Event) => void {
  let spokenMs = performance.now()
  return (event) => {
    if (event.kind !== 'progress' || performance.now() - spokenMs < speakEveryMs) return
    spokenMs = performance.now()
    const {done, total, unit} = event.progress
    terminal.printError([`${formatCount(done)} of ${formatCount(total)} ${unit}`])
  }
}
