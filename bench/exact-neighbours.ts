import {existsSync} from 'node:fs'
import {join} from 'node:path'
import {compareNeighbours} from './agreement.ts'
import {figuresOfMemory} from './lab-epoch.ts'
import {measure} from './measure.ts'
import {makeProjectFolder, nearmiss} from './project-folder.ts'
import {peerScript} from './python.ts'
import type {Contestant, Experiment} from './samples.ts'

export interface ExactNeighboursOptions {
  readonly python: string
  readonly threads: number
  readonly scratch: string
}

/** Top 30 of other classes for 60,000 descriptors of 512 numbers: our stage mine-negatives against faiss' exact index. */
export async function exactNeighbours(options: ExactNeighboursOptions): Promise<Experiment> {
  const tables = join(options.scratch, 'synthetic')
  if (!existsSync(join(tables, 'descriptors.arrow'))) {
    await measure({file: options.python, args: [peerScript('synthetic.py'), '--out', tables]})
  }
  const rows = ['plain', 'blocks'].map((row) => faiss(row, tables, options))
  return {name: 'exact neighbours', contestants: [ours(tables, options), ...rows]}
}

function ours(tables: string, options: ExactNeighboursOptions): Contestant {
  const folder = ourFolder(options)
  const inputs = ['images', 'descriptors'].flatMap((name) => ['--in', `${name}=${join(tables, `${name}.arrow`)}`])
  const stage = [
    'stage',
    'mine-negatives',
    '--preset',
    'lab-cub',
    '--epoch',
    '1',
    ...inputs,
    '--out',
    join(folder, 'out'),
    '--json',
  ]
  return {
    name: 'nearmiss',
    run: async () => {
      makeProjectFolder(folder)
      const {seconds, memory, lines} = await measure(nearmiss(folder, options.threads, stage))
      const facts = lines.find(({kind}) => kind === 'committed')!.facts as {search_seconds: number}
      return {search_s: facts.search_seconds, command_s: seconds, ...figuresOfMemory(memory)}
    },
  }
}

/** Says along with its own figures how our last table differs from what it found. */
function faiss(row: string, tables: string, options: ExactNeighboursOptions): Contestant {
  const out = join(options.scratch, `faiss-${row}.arrow`)
  const threads = String(options.threads)
  const args = [peerScript('faiss_exact.py'), '--in', tables, '--out', out, '--row', row, '--threads', threads]
  return {
    name: `faiss ${row}`,
    run: async () => {
      const {seconds, memory, lines} = await measure({file: options.python, args, env: {OMP_NUM_THREADS: threads}})
      const agreement = await compareNeighbours(tables, join(ourFolder(options), 'out', 'neighbours.arrow'), out)
      return {search_s: lines.at(-1)!.search_s as number, command_s: seconds, ...figuresOfMemory(memory), ...agreement}
    },
  }
}

function ourFolder({scratch}: ExactNeighboursOptions): string {
  return join(scratch, 'mine')
}
