import type {EpochFacts} from '../facts.ts'
import type {Series} from './lines.ts'

/** A metric's value at every epoch that measured it, with its interval. */
export function metricPoints(epochs: readonly EpochFacts[], name: string): Series['points'] {
  return epochs.flatMap(({epoch, metrics}) => {
    const measured = metrics[name]
    return measured === undefined ? [] : [{x: epoch, y: measured.value, ...measured.interval}]
  })
}

/** One of the means of training at every epoch that trained. */
export function fieldPoints(
  epochs: readonly EpochFacts[],
  field: 'loss' | 'activeFraction' | 'positiveDistance' | 'negativeDistance',
): Series['points'] {
  return epochs.flatMap((row) => {
    const y = row[field]
    return y === undefined ? [] : [{x: row.epoch, y}]
  })
}
