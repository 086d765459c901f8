import {existsSync} from 'node:fs'
import {join} from 'node:path'
import {type DescriptorsTable, readDescriptors} from '../lib/tables/descriptors.ts'
import {type NeighboursTable, readNeighbours} from '../lib/tables/neighbours.ts'
import type {Sample} from './samples.ts'

/**
 * How two tables of neighbours of the descriptors in a folder differ; empty while one of them is not there. Float32 orders
 * nearly equal distances either way, so where the tables differ, distances in float64 tell whether ours is wrong.
 */
export async function compareNeighbours(
  tables: string,
  ourPath: string,
  theirPath: string,
): Promise<Sample['figures']> {
  if (!existsSync(ourPath) || !existsSync(theirPath)) return {}
  const [ours, theirs] = [await readNeighbours(ourPath), await readNeighbours(theirPath)]
  const descriptors = await readDescriptors(join(tables, 'descriptors.arrow'))
  const differing = differingRows(ours, theirs)
  const verdicts = distinct(differing.map((row) => row - ours.rank[row]!)).map((first) => {
    const [own, other] = [ours, theirs].map((table) => exactDistances(table, first, descriptors))
    return {farther: largestExcess(sorted(own!), sorted(other!)), disorder: largestExcess(own!, own!.slice(1))}
  })
  return {
    same_neighbours_share: 1 - differing.length / ours.anchor.length,
    ours_farther_by: Math.max(0, ...verdicts.map(({farther}) => farther)),
    ours_disordered_by: Math.max(0, ...verdicts.map(({disorder}) => disorder)),
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

/** Euclidean distances in float64 of all neighbours of the anchor whose rows begin at `first`. Ids are row numbers here. */
function exactDistances({anchor, neighbour}: NeighboursTable, first: number, descriptors: DescriptorsTable): number[] {
  const distances: number[] = []
  for (let row = first; anchor[row] === anchor[first]; row++) {
    distances.push(exactDistance(descriptors, anchor[row]!, neighbour[row]!))
  }
  return distances
}

function exactDistance({vectors, dim}: DescriptorsTable, a: number, b: number): number {
  let sum = 0
  for (let i = 0; i < dim; i++) sum += (vectors[a * dim + i]! - vectors[b * dim + i]!) ** 2
  return Math.sqrt(sum)
}

/** The most by which a number exceeds its counterpart; 0 where none does. */
function largestExcess(values: readonly number[], others: readonly number[]): number {
  return others.reduce((most, other, i) => Math.max(most, values[i]! - other), 0)
}

function sorted(values: readonly number[]): number[] {
  return [...values].sort((a, b) => a - b)
}

function distinct(values: readonly number[]): number[] {
  return [...new Set(values)]
}
