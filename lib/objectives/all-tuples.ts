import {placesBy} from './places-by.ts'
import type {PairList, Tuples} from './tuples.ts'

/**
 * All ordered pairs of a batch: with every other row of the anchor's class, and with every row of another class.
 * `references`: classes of the columns after the batch (vectors.ts), all of which may be partners too.
 */
export function allTuples(labels: Int32Array, references: Int32Array = new Int32Array()): Tuples {
  const classes = new Int32Array(labels.length + references.length)
  classes.set(labels)
  classes.set(references, labels.length)
  // Gathered when a loss asks for them: some look at neither, some at positives alone.
  let byClass: Map<number, number[]> | undefined
  let positives: PairList | undefined
  let negatives: PairList | undefined
  return {
    get positives() {
      byClass ??= placesBy(classes)
      positives ??= pairsInside(labels, byClass)
      return positives
    },
    get negatives() {
      byClass ??= placesBy(classes)
      negatives ??= pairsAcross(labels, byClass, classes.length)
      return negatives
    },
  }
}

/** Every row with the columns of its class but itself. */
function pairsInside(labels: Int32Array, columnsOf: ReadonlyMap<number, readonly number[]>): PairList {
  const start = startsOf(labels, (label) => columnsOf.get(label)!.length - 1)
  const other = new Int32Array(start.at(-1)!)
  let count = 0
  labels.forEach((label, row) => {
    for (const column of columnsOf.get(label)!) if (column !== row) other[count++] = column
  })
  return {start, other, distinct: true}
}

/** Every row with the columns of other classes: the same ones for all rows of a class. */
function pairsAcross(labels: Int32Array, columnsOf: ReadonlyMap<number, readonly number[]>, columns: number): PairList {
  const start = startsOf(labels, (label) => columns - columnsOf.get(label)!.length)
  const other = new Int32Array(start.at(-1)!)
  const firstRow = new Map<number, number>()
  labels.forEach((label, row) => {
    const known = firstRow.get(label)
    if (known !== undefined) {
      other.copyWithin(start[row]!, start[known]!, start[known + 1]!)
      return
    }
    firstRow.set(label, row)
    let [count, column] = [start[row]!, 0]
    for (const own of [...columnsOf.get(label)!, columns]) {
      for (; column < own; column++) other[count++] = column
      column++
    }
  })
  return {start, other, distinct: true}
}

function startsOf(labels: Int32Array, partners: (label: number) => number): Int32Array {
  const start = new Int32Array(labels.length + 1)
  labels.forEach((label, row) => {
    start[row + 1] = start[row]! + partners(label)
  })
  return start
}
