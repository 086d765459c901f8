import {mkdir, writeFile} from 'node:fs/promises'
import {dirname, join, relative, resolve} from 'node:path'
import {renderComparison} from '../../report/compare.ts'
import {renderReport} from '../../report/report.ts'
import {findRunName} from '../current-run.ts'
import type {Project} from '../project.ts'
import {listStored} from '../report/artifacts.ts'
import {readCredits} from '../report/credits.ts'
import {gatherFacts} from '../report/facts.ts'
import {type OpenedRun, openRun} from '../report/open.ts'
import {type FileOptions, writeFiles} from '../report/write-files.ts'
import type {Terminal} from '../terminal.ts'
import {formatBytes} from '../text/number.ts'

export interface ReportOptions extends FileOptions {
  readonly out?: string
}

/** Makes one HTML page of a run, or one that compares several; the other options also write files for other programs. */
export async function report(
  project: Project,
  named: readonly string[],
  options: ReportOptions,
  terminal: Terminal,
): Promise<number> {
  const names = (named.length === 0 ? [undefined] : [...new Set(named)]).map((name) =>
    findRunName(project.artifacts, name),
  )
  const [first] = names
  const run = names.length === 1 ? await openRun(project, first!) : undefined
  const html = run === undefined ? await compare(project, names) : await describe(run)
  const file = resolve(options.out ?? join(project.artifacts, 'runs', first!, fileName(names)))
  await mkdir(dirname(file), {recursive: true})
  await writeFile(file, html)
  terminal.print([`${relative(process.cwd(), file)}  ${formatBytes(Buffer.byteLength(html))}`])
  const wantsFiles = [options.figures, options.tensorboard, options.tables].some((folder) => folder !== undefined)
  for (const name of wantsFiles ? names : []) {
    terminal.print(await writeFiles(run ?? (await openRun(project, name)), options, names.length === 1))
  }
  return 0
}

function fileName(names: readonly string[]): string {
  return names.length === 1 ? 'report.html' : `report-${names.join('-').slice(0, 100)}.html`
}

async function describe({facts, analysis, pictures}: OpenedRun): Promise<string> {
  return renderReport(facts, analysis, pictures, await readCredits(analysis?.tables.images.root))
}

async function compare(project: Project, names: readonly string[]): Promise<string> {
  const facts = names.map((name) => gatherFacts(project, name, listStored(project.artifacts, name)))
  return renderComparison(await Promise.all(facts))
}
