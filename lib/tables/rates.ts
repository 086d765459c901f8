import type {ColumnsOf} from './definition.ts'
import {collectProblems} from './problems.ts'
import {readTable} from './read.ts'
import {writeTable} from './write.ts'

export const ratesDefinition = {
  name: 'rates',
  meaning: 'A range test: the loss while the learning rate rises from step to step; by step.',
  columns: {
    step: {type: 'int32', meaning: 'optimiser step, from 0, without gaps'},
    lr: {type: 'float64', meaning: 'learning rate of the step'},
    loss: {type: 'float64', meaning: 'of its batches, before the step'},
    smoothed: {type: 'float64', meaning: 'running mean of the losses so far, newer ones weigh more'},
  },
  metadata: {suggested: 'rate at which the smoothed loss falls fastest; empty where it never falls'},
} as const

/** A range test in memory: one array per column, and the rate it speaks for. */
export interface RatesTable extends ColumnsOf<typeof ratesDefinition> {
  suggested: number | undefined
}

/** Reads rates.arrow. Throws UserError for a file that is missing, damaged or no range test. */
export async function readRates(path: string): Promise<RatesTable> {
  const {columns, metadata} = await readTable(path, ratesDefinition)
  const text = metadata.get('suggested') ?? ''
  return {...columns, suggested: text === '' ? undefined : Number(text)}
}

/** Writes rates.arrow; equal tables give equal bytes. */
export async function writeRates(path: string, {suggested, ...columns}: RatesTable): Promise<void> {
  await writeTable(path, ratesDefinition, {
    columns,
    metadata: {suggested: suggested === undefined ? '' : `${suggested}`},
  })
}

/** What breaks the contract of rates.arrow, one sentence each: dense steps, rising rates, finite losses. */
export function checkRates(path: string): Promise<string[]> {
  return collectProblems(async (note) => {
    const {step, lr, loss, smoothed, suggested} = await readRates(path)
    if (step.length === 0) note('empty', () => `${path} holds no step.`)
    for (const row of step.keys()) {
      if (step[row] !== row) note('order', () => `Row ${row} is step ${step[row]}; steps count from 0 without gaps.`)
      if (!(lr[row]! > (row === 0 ? 0 : lr[row - 1]!) && lr[row]! < Infinity))
        note(
          'rates',
          () => `Step ${row} has learning rate ${lr[row]}; rates must rise from step to step, from above 0.`,
        )
      for (const value of [loss[row]!, smoothed[row]!])
        if (!Number.isFinite(value)) note('losses', () => `Step ${row} has a loss of ${value}; it must be finite.`)
    }
    if (suggested !== undefined && !lr.includes(suggested))
      note('suggestion', () => `${path} suggests a rate of ${suggested}, which is in none of its steps.`)
  })
}
