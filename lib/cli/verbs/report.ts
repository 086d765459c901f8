import {existsSync} from 'node:fs'
import {mkdir, readFile, writeFile} from 'node:fs/promises'
import {dirname, join, relative, resolve} from 'node:path'
import {findRunName} from '../current-run.ts'
import type {Project} from '../project.ts'
import {openReport} from '../report/open.ts'
import type {Terminal} from '../terminal.ts'
import {formatBytes} from '../text/number.ts'

export interface ReportOptions {
  readonly out?: string
  readonly figures?: string
}

/** Makes one HTML page of a run, or one that compares several; with `figures` the drawings and their numbers as files too. */
export async function report(
  project: Project,
  named: readonly string[],
  options: ReportOptions,
  terminal: Terminal,
): Promise<number> {
  const runs = (named.length === 0 ? [undefined] : named).map((name) => findRunName(project.artifacts, name))
  const file = resolve(options.out ?? defaultFile(project, runs))
  const html = runs.length === 1 ? await reportOne(project, runs[0]!, options, terminal) : await compare(project, runs)
  await mkdir(dirname(file), {recursive: true})
  await writeFile(file, html)
  terminal.print([`${relative(process.cwd(), file)}  ${formatBytes(Buffer.byteLength(html))}`])
  return 0
}

function defaultFile({artifacts}: Project, runs: readonly string[]): string {
  return join(artifacts, 'runs', runs[0]!, runs.length === 1 ? 'report.html' : `report-${runs.join('-')}.html`)
}

async function reportOne(project: Project, run: string, {figures}: ReportOptions, terminal: Terminal): Promise<string> {
  const {renderReport} = await import('../../report/report.ts')
  const {facts, analysis, pictures} = await openReport(project, run)
  if (figures !== undefined) {
    const {writeFigures} = await import('../../report/figures.ts')
    const written = await writeFigures(resolve(figures), facts, analysis, pictures)
    terminal.print([`${relative(process.cwd(), resolve(figures))}  ${written.join(' ')}`])
  }
  return renderReport(facts, analysis, pictures, await readCredits(analysis?.tables.images.root))
}

async function compare(project: Project, runs: readonly string[]): Promise<string> {
  const {renderComparison} = await import('../../report/compare.ts')
  const {gatherFacts} = await import('../report/facts.ts')
  const {listStored} = await import('../report/artifacts.ts')
  const facts = runs.map((run) => gatherFacts(project, run, listStored(project.artifacts, run)))
  return renderComparison(await Promise.all(facts))
}

/** What the data set's own licence file says about its pictures. */
async function readCredits(root: string | undefined): Promise<string[]> {
  const names = ['LICENCES.txt', 'LICENCE.txt', 'LICENSES.txt', 'LICENSE.txt', 'LICENCE', 'LICENSE']
  const name = names.find((name) => root !== undefined && existsSync(join(root, name)))
  if (root === undefined || name === undefined) return []
  return [(await readFile(join(root, name), 'utf8')).slice(0, 10_000)]
}
