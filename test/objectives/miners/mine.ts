import {resolve} from 'node:path'
import {pathToFileURL} from 'node:url'
import {borrow} from '../../../lib/engine/op.ts'
import {tf} from '../../../lib/engine/tensorflow.ts'
import {allTuples} from '../../../lib/objectives/all-tuples.ts'
import type {Miner} from '../../../lib/objectives/miners/miner.ts'
import {type LossSpec, objectiveParameters} from '../../../lib/objectives/parameters/objective.ts'
import type {PairList, Tuples} from '../../../lib/objectives/tuples.ts'
import {openVectors} from '../../../lib/objectives/vectors.ts'
import {openRandom} from '../../../lib/random.ts'

export interface MiningCase {
  readonly embeddings: readonly (readonly number[])[]
  readonly labels: readonly number[]
  /** A memory: columns after those of the batch. */
  readonly references?: {
    readonly embeddings: readonly (readonly number[])[]
    readonly labels: readonly number[]
  }
}

const folder = resolve(import.meta.dirname, '../../../lib/objectives/miners')

/** What a miner keeps of a batch; `spec` is parsed as a user's is. */
export async function mineBatch(spec: {readonly name: string}, batch: MiningCase, seed = 0): Promise<Tuples> {
  const {miner} = objectiveParameters.parse({loss: 'triplet', miner: spec}) as LossSpec
  const {mine} = (await import(pathToFileURL(resolve(folder, `${spec.name}.ts`)).href)) as {mine: Miner<unknown>}
  const {embeddings, labels, references} = batch
  const own = Int32Array.from(labels)
  const tensors = [embeddings, ...(references === undefined ? [] : [references.embeddings])].map((rows) =>
    tf.tensor2d(rows.map((row) => [...row])),
  )
  const vectors = openVectors(borrow(tensors[0]!), tensors[1] && borrow(tensors[1]))
  try {
    const all = allTuples(own, Int32Array.from(references?.labels ?? []))
    return mine({vectors, labels: own, all, random: openRandom('mine', seed)}, miner)
  } finally {
    vectors.dispose()
    tf.dispose(tensors)
  }
}

/** Pairs as [anchor, other], in their order. */
export function pairsOf({start, other}: PairList): [anchor: number, other: number][] {
  return Array.from({length: start.length - 1}, (_, row) =>
    Array.from(other.subarray(start[row]!, start[row + 1]!), (each): [number, number] => [row, each]),
  ).flat()
}

/** Listed triplets in their order; the miner must give some. */
export function tripletsOf({triplets}: Tuples): [anchor: number, positive: number, negative: number][] {
  const list: [number, number, number][] = []
  triplets!.each((...triplet) => list.push(triplet))
  return list
}

/** In lexicographic order. */
export function sorted<T extends readonly number[]>(tuples: readonly T[]): T[] {
  return [...tuples].sort((a, b) => {
    const place = a.findIndex((value, i) => value !== b[i])
    return place === -1 ? 0 : a[place]! - b[place]!
  })
}
