import {existsSync, rmSync} from 'node:fs'
import {join} from 'node:path'
import {readDescriptors} from '../lib/tables/descriptors.ts'
import {type NeighboursTable, readNeighbours} from '../lib/tables/neighbours.ts'
import {figuresOfMemory} from './lab-epoch.ts'
import {measure} from './measure.ts'
import {makeProjectFolder, nearmiss} from './project-folder.ts'
import {peerScript} from './python.ts'
import type {Contestant, Experiment, Sample} from './samples.ts'

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
  return {
    name: 'exact neighbours',
    contestants: [ours(tables, options), faiss('plain', tables, options), faiss('blocks', tables, options)],
  }
}

function ours(tables: string, options: ExactNeighboursOptions): Contestant {
  const folder = join(options.scratch, 'mine')
  const inputs = ['images', 'descriptors'].flatMap((name) => ['--in', `${name}=${join(tables, `${name}.arrow`)}`])
  const args = [
    'stage',
    'mine-negatives',
    '--json',
    '--preset',
    'lab-cub',
    '--epoch',
    '1',
    ...inputs,
    '--out',
    join(folder, 'out'),
  ]
  return {
    name: 'nearmiss',
    run: async () => {
      makeProjectFolder(folder)
      const {seconds, memory, lines} = await measure(nearmiss(folder, options.threads, args))
      const facts = lines.find(({kind}) => kind === 'committed')?.facts as Record<string, number> | undefined
      const agreement = await compare(tables, join(folder, 'out', 'neighbours.arrow'), faissOutput(options, 'plain'))
      rmSync(folder, {recursive: true})
      const searched = facts?.search_seconds
      return {
        ...(searched === undefined ? {} : {search_s: searched}),
        command_s: seconds,
        ...figuresOfMemory(memory),
        ...agreement,
      }
    },
  }
}

function faiss(row: string, tables: string, options: ExactNeighboursOptions): Contestant {
  const out = faissOutput(options, row)
  const args = [
    peerScript('faiss_exact.py'),
    '--in',
    tables,
    '--out',
    out,
    '--row',
    row,
    '--threads',
    String(options.threads),
  ]
  return {
    name: `faiss ${row}`,
    run: async () => {
      const env = {OMP_NUM_THREADS: String(options.threads)}
      const {seconds, memory, lines} = await measure({file: options.python, args, env})
      return {search_s: lines.at(-1)!.search_s as number, command_s: seconds, ...figuresOfMemory(memory)}
    },
  }
}

function faissOutput({scratch}: ExactNeighboursOptions, row: string): string {
  return join(scratch, `faiss-${row}.arrow`)
}

/** How two tables of neighbours differ; empty until the other one exists. */
async function compare(tables: string, ourPath: string, theirPath: string): Promise<Sample['figures']> {
  if (!existsSync(theirPath)) return {}
  const [ours, theirs, {vectors, dim}] = [
    await readNeighbours(ourPath),
    await readNeighbours(theirPath),
    await readDescriptors(join(tables, 'descriptors.arrow')),
  ]
  const differing = differingRows(ours, theirs)
  const gaps = differing.map((row) => {
    const distance = (id: number) => exactDistance(vectors, dim, ours.anchor[row]!, id)
    return distance(ours.neighbour[row]!) - distance(theirs.neighbour[row]!)
  })
  return {
    same_neighbour_share: 1 - differing.length / ours.anchor.length,
    // A row may differ only where float32 cannot tell two images apart: this is by how much, in float64.
    farther_than_theirs_at_most: gaps.reduce((most, gap) => Math.max(most, gap), 0),
    nearer_than_theirs_at_most: gaps.reduce((most, gap) => Math.max(most, -gap), 0),
  }
}

function differingRows(ours: NeighboursTable, theirs: NeighboursTable): number[] {
  if (ours.anchor.length !== theirs.anchor.length) {
    throw new Error(`Ours has ${ours.anchor.length} neighbours, faiss ${theirs.anchor.length}: not the same question.`)
  }
  return Array.from(ours.anchor.keys()).filter(
    (row) => ours.anchor[row] !== theirs.anchor[row] || ours.neighbour[row] !== theirs.neighbour[row],
  )
}

/** Euclidean distance of two rows in float64. Ids are row numbers here. */
function exactDistance(vectors: Float32Array, dim: number, a: number, b: number): number {
  let sum = 0
  for (let i = 0; i < dim; i++) sum += (vectors[a * dim + i]! - vectors[b * dim + i]!) ** 2
  return Math.sqrt(sum)
}
