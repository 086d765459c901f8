import {setImmediate} from 'node:timers/promises'
import {free} from '../op.ts'
import {type Operand, openRoom, upload} from './operand.ts'
import type {Search} from './search.ts'

/** Which pairs of a block of queries and a block of references are to be gone through. */
export interface BlockPairs {
  readonly search: Search
  /** Rows of a block. */
  readonly size: number
  /** Places of the queries: from (inclusive), to (exclusive). */
  readonly from: number
  readonly to: number
  /** In a set that is searched in itself: every pair once, whichever of the two asks. */
  readonly once: boolean
  /** Pairs that were gone through before. */
  readonly skip: number
}

/** What is done with a pair. `mirrored`: it stands for the pair with both sides exchanged too. */
export type Visit = (queries: Operand, references: Operand, mirrored: boolean) => void

/** Goes through pairs of blocks in an order that never changes. */
export async function eachBlock(
  {search, size, from, to, once, skip}: BlockPairs,
  visit: Visit,
  onDone: (done: number, total: number) => Promise<void> | void,
): Promise<void> {
  const queryBlocks = Math.ceil((to - from) / size)
  const referenceBlocks = Math.ceil(search.referenceRows.length / size)
  const total = once ? (queryBlocks * (queryBlocks + 1)) / 2 : queryBlocks * referenceBlocks
  const room = openRoom(size, search.dim)
  let done = 0
  for (let i = 0; i < queryBlocks; i++) {
    const first = once ? i : 0
    const known = Math.min(Math.max(skip - done, 0), referenceBlocks - first)
    done += known
    if (first + known === referenceBlocks) continue
    const queries = upload(search, 'queries', from + i * size, room)
    try {
      for (let j = first + known; j < referenceBlocks; j++) {
        const references = upload(search, 'references', j * size, room)
        visit(inside(queries, to), references, once && j > i)
        free(references.tensor)
        await onDone(++done, total)
        await setImmediate() // lets progress reach the runner and a wish to stop reach us
      }
    } finally {
      free(queries.tensor)
    }
  }
}

/** A block that reaches beyond the last query ends with it; its tensor has more rows. */
function inside(operand: Operand, end: number): Operand {
  return {...operand, count: Math.min(operand.count, end - operand.start)}
}
