import {join, resolve} from 'node:path'
import {writeFigures} from '../../report/figures.ts'
import {writeTensorBoard} from '../../report/tensorboard/write.ts'
import {formatPlural} from '../text/number.ts'
import {exportTables} from './export-tables.ts'
import type {OpenedRun} from './open.ts'
import {gatherTimeline} from './timeline.ts'

/** Folders to write to; what is not named is not written. */
export interface FileOptions {
  readonly figures?: string
  readonly tensorboard?: string
  readonly tables?: string
}

/** Writes a run's figures, event files and tables. With several runs each has folders of its own; returns a line for each folder. */
export async function writeFiles(run: OpenedRun, options: FileOptions, isAlone: boolean): Promise<string[]> {
  const {facts, analysis, pictures, nodes} = run
  const folderOf = (folder: string) => resolve(folder, isAlone ? '.' : facts.run)
  const lines: string[] = []
  if (options.figures !== undefined) {
    const names = await writeFigures(folderOf(options.figures), facts, analysis, pictures)
    lines.push(`${folderOf(options.figures)}  ${names.join(' ')}`)
  }
  if (options.tensorboard !== undefined) {
    // TensorBoard calls a run by its folder.
    const timeline = await gatherTimeline(nodes)
    await writeTensorBoard(join(resolve(options.tensorboard), facts.run), timeline, analysis, pictures)
    lines.push(`${formatPlural(timeline.scalars.length, 'number')} for: tensorboard --logdir ${options.tensorboard}`)
  }
  if (options.tables !== undefined) {
    const count = await exportTables(nodes, folderOf(options.tables))
    lines.push(`${folderOf(options.tables)}  ${formatPlural(count, 'table')} as CSV and JSON`)
  }
  return lines
}
