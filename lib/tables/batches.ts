import type {ColumnsOf} from './definition.ts'
import {collectProblems, type Note} from './problems.ts'
import {readTable} from './read.ts'
import {readTrainingImages, type TrainingImages} from './training-images.ts'
import {writeTable} from './write.ts'

export const batchesDefinition = {
  name: 'batches',
  meaning: 'The plan of an epoch: one row per image slot of every training step; by step, then slot.',
  columns: {
    step: {type: 'int32', meaning: 'from 0, without gaps'},
    slot: {type: 'int32', meaning: 'place in the batch, from 0, without gaps'},
    group: {type: 'int32', meaning: 'tuple or class number inside the step'},
    role: {type: 'utf8', meaning: 'anchor, positive or negative of a tuple; member of a class'},
    image: {type: 'int32', meaning: 'the image'},
    seed: {type: 'uint32', meaning: 'of the random draws in its transforms'},
    distance: {
      type: 'float32',
      meaning: 'of a positive or negative to its anchor, by the descriptors it was mined with; else NaN',
    },
    lr: {type: 'float64', meaning: 'learning rate of the step, the same in all its rows'},
    momentum: {
      type: 'float64',
      meaning: "momentum of the step, or Adam's first beta, the same in all its rows; NaN: the optimiser's own",
    },
    step_seed: {type: 'uint32', meaning: 'of the random draws inside the step, the same in all its rows'},
  },
  metadata: {plateau: 'what a plateau schedule has seen so far, as JSON; empty for other schedules'},
} as const

/** The plan in memory: one array per column, sorted by step and slot. */
export type BatchesTable = ColumnsOf<typeof batchesDefinition>

const roles: ReadonlySet<string> = new Set(['anchor', 'positive', 'negative', 'member'])

/** Reads batches.arrow. Throws UserError for a file that is missing, damaged or no plan. */
export async function readBatches(path: string): Promise<BatchesTable> {
  return (await readTable(path, batchesDefinition)).columns
}

/** Writes batches.arrow; equal plans give equal bytes. `plateau`: what `readPlateau` is to give back. */
export async function writeBatches(path: string, columns: BatchesTable, plateau?: object): Promise<void> {
  const metadata = {plateau: plateau === undefined ? '' : JSON.stringify(plateau)}
  await writeTable(path, batchesDefinition, {columns, metadata})
}

/**
 * What breaks the contract of batches.arrow, one sentence each: dense steps and slots, one learning rate, momentum and seed per step,
 * only images of the train split, and groups whose classes are what their roles say.
 */
export function checkBatches(path: string, imagesPath: string): Promise<string[]> {
  return collectProblems(async (note) => {
    const train = await readTrainingImages(imagesPath)
    const batches = await readBatches(path)
    if (batches.step.length === 0) note('empty', () => `${path} holds no training step.`)
    checkOrder(batches, note)
    checkConstants(batches, note)
    checkImages(batches, train, note)
    checkGroups(batches, train, note)
    checkDistances(batches, note)
  })
}

function checkOrder({step, slot}: BatchesTable, note: Note): void {
  for (let row = 0; row < step.length; row++) {
    const [lastStep, lastSlot] = row === 0 ? [-1, 0] : [step[row - 1]!, slot[row - 1]!]
    const follows = step[row] === lastStep ? slot[row] === lastSlot + 1 : step[row] === lastStep + 1 && slot[row] === 0
    if (follows) continue
    const before = row === 0 ? 'the first row is step 0, slot 0' : `it follows step ${lastStep}, slot ${lastSlot}`
    note('order', () => `Row ${row} is step ${step[row]}, slot ${slot[row]}, but ${before}.`)
  }
}

function checkConstants({step, lr, momentum, stepSeed}: BatchesTable, note: Note): void {
  for (let row = 0; row < step.length; row++) {
    if (!(lr[row]! >= 0 && lr[row]! < Infinity)) {
      note(
        'learning rates',
        () => `Row ${row} (step ${step[row]}) has learning rate ${lr[row]}; it must be finite and not negative.`,
      )
    }
    if (momentum[row]! < 0 || momentum[row]! >= 1) {
      note(
        'momenta',
        () => `Row ${row} (step ${step[row]}) has momentum ${momentum[row]}; it must be from 0 to below 1, or NaN.`,
      )
    }
    if (row === 0 || step[row] !== step[row - 1]) continue
    if (!Object.is(momentum[row], momentum[row - 1]))
      note('constants', () => `Step ${step[row]} has two momenta: ${momentum[row - 1]}, ${momentum[row]}.`)
    if (!Object.is(lr[row], lr[row - 1]))
      note('constants', () => `Step ${step[row]} has two learning rates: ${lr[row - 1]}, ${lr[row]}.`)
    if (stepSeed[row] !== stepSeed[row - 1]) {
      note('constants', () => `Step ${step[row]} has two seeds: ${stepSeed[row - 1]}, ${stepSeed[row]}.`)
    }
  }
}

function checkImages({step, slot, image}: BatchesTable, train: TrainingImages, note: Note): void {
  for (const [row, id] of image.entries()) {
    if (train.labelInTrain(id) !== undefined) continue
    note(
      'not in train',
      () => `Step ${step[row]}, slot ${slot[row]} trains on image ${id}, which ${train.reasonNotInTrain(id)}.`,
    )
  }
}

/** A group begins with its anchor or a member; whoever follows is of the same class, but negatives of another. */
function checkGroups({step, group, role, image}: BatchesTable, train: TrainingImages, note: Note): void {
  const firstRow = new Map<number, number>()
  for (let row = 0; row < step.length; row++) {
    if (row > 0 && step[row] !== step[row - 1]) firstRow.clear()
    const where = `Step ${step[row]}, group ${group[row]}`
    if (!roles.has(role[row]!))
      note('roles', () => `${where} has a role "${role[row]}"; it must be ${[...roles].join(', ')}.`)
    if (group[row]! < 0) note('groups', () => `${where}: groups are 0 or above.`)
    const first = firstRow.get(group[row]!)
    if (first === undefined) {
      firstRow.set(group[row]!, row)
      if (role[row] === 'positive' || role[row] === 'negative')
        note('groups', () => `${where} begins with a ${role[row]}, not with its anchor.`)
      continue
    }
    const [label, ownLabel] = [train.labelInTrain(image[row]!), train.labelInTrain(image[first]!)]
    if (label === undefined || ownLabel === undefined || (label === ownLabel) === (role[row] !== 'negative')) continue
    note(
      'classes',
      () =>
        `${where}: ${role[row]} ${image[row]} is of class ${label}, ${role[first]} ${image[first]} of class ${ownLabel}.`,
    )
  }
}

/** Unit vectors lie 0 to 2 apart, give or take the rounding of float32. */
function checkDistances({step, slot, role, distance}: BatchesTable, note: Note): void {
  for (const [row, value] of distance.entries()) {
    const isTold = role[row] === 'positive' || role[row] === 'negative'
    if (Number.isNaN(value) || (isTold && value >= 0 && value <= 2.001)) continue
    const wanted = isTold ? 'it must be from 0 to 2, or NaN' : `role ${role[row]} has none, so it must be NaN`
    note('distances', () => `Step ${step[row]}, slot ${slot[row]} has distance ${value}; ${wanted}.`)
  }
}
