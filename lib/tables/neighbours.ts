import type {ColumnsOf} from './definition.ts'
import {collectProblems, type Note} from './problems.ts'
import {readTable} from './read.ts'
import {readTrainingImages, type TrainingImages} from './training-images.ts'
import {writeTable} from './write.ts'

export const neighboursDefinition = {
  name: 'neighbours',
  meaning: 'The training images of other classes that were mined for each anchor; by anchor, then rank.',
  columns: {
    anchor: {type: 'int32', meaning: 'image whose neighbours these are'},
    rank: {type: 'int32', meaning: '0 is the nearest of those mined'},
    neighbour: {type: 'int32', meaning: 'image of another class'},
    distance: {type: 'float32', meaning: 'Euclidean distance of the unit vectors'},
  },
  metadata: {},
} as const

/** Neighbours in memory: one array per column, sorted by anchor and rank. */
export type NeighboursTable = ColumnsOf<typeof neighboursDefinition>

// Distances of nearly equal vectors are noisy in float32: sqrt(2 - 2 cos) turns an error of 5e-7 into 1e-3.
const distanceNoise = 1e-3

/** Reads neighbours.arrow. Throws UserError for a file that is missing, damaged or no table of neighbours. */
export async function readNeighbours(path: string): Promise<NeighboursTable> {
  return (await readTable(path, neighboursDefinition)).columns
}

/** Writes neighbours.arrow; equal tables give equal bytes. */
export async function writeNeighbours(path: string, columns: NeighboursTable): Promise<void> {
  await writeTable(path, neighboursDefinition, {columns, metadata: {}})
}

/** What breaks the contract of neighbours.arrow, one sentence each: order, distances, and both images in train, of two classes. */
export function checkNeighbours(path: string, imagesPath: string): Promise<string[]> {
  return collectProblems(async (note) => {
    const train = await readTrainingImages(imagesPath)
    const table = await readNeighbours(path)
    checkOrder(table, note)
    checkClasses(table, train, note)
  })
}

function checkOrder({anchor, rank, neighbour, distance}: NeighboursTable, note: Note): void {
  let seen = new Set<number>()
  for (let row = 0; row < anchor.length; row++) {
    const isNewAnchor = row === 0 || anchor[row] !== anchor[row - 1]
    if (isNewAnchor) seen = new Set()
    if (isNewAnchor && row > 0 && anchor[row]! < anchor[row - 1]!) {
      note('order', () => `Row ${row} has anchor ${anchor[row]} after ${anchor[row - 1]}; anchors ascend.`)
    }
    const expected = isNewAnchor ? 0 : rank[row - 1]! + 1
    if (rank[row] !== expected)
      note('ranks', () => `Row ${row} (anchor ${anchor[row]}) has rank ${rank[row]}, not ${expected}.`)
    if (seen.has(neighbour[row]!)) {
      note('repeats', () => `Anchor ${anchor[row]} has neighbour ${neighbour[row]} twice (row ${row}).`)
    }
    seen.add(neighbour[row]!)
    if (!(distance[row]! >= 0 && distance[row]! <= 2 + distanceNoise)) {
      note(
        'distances',
        () => `Row ${row} (anchor ${anchor[row]}) has distance ${distance[row]}; unit vectors lie 0 to 2 apart.`,
      )
    } else if (!isNewAnchor && distance[row]! < distance[row - 1]! - distanceNoise) {
      note(
        'distances',
        () =>
          `Row ${row} (anchor ${anchor[row]}) is nearer than the rank before: ${distance[row]} after ${distance[row - 1]}.`,
      )
    }
  }
}

function checkClasses({anchor, neighbour}: NeighboursTable, train: TrainingImages, note: Note): void {
  for (let row = 0; row < anchor.length; row++) {
    for (const id of [anchor[row]!, neighbour[row]!]) {
      if (train.labelInTrain(id) === undefined) {
        note(
          'not in train',
          () => `Row ${row} names image ${id}, which ${train.reasonNotInTrain(id)}; neighbours are mined in train.`,
        )
      }
    }
    const label = train.labelInTrain(anchor[row]!)
    if (label !== undefined && label === train.labelInTrain(neighbour[row]!)) {
      note(
        'same class',
        () => `Row ${row}: anchor ${anchor[row]} and its neighbour ${neighbour[row]} are both of class ${label}.`,
      )
    }
  }
}
