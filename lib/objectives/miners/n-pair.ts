import {drawOne} from '../mining/draw.ts'
import {partnersOf} from '../mining/partners.ts'
import {pairList} from '../tuples.ts'
import type {Miner} from './miner.ts'

/** One pair a class, against the positives of the other classes. Anchors are of the batch; positives may be references. */
export const mine: Miner<unknown> = ({vectors: {rows}, labels, all, random}) => {
  const paired = Array.from(labels.keys()).filter((row) => partnersOf(all.positives, row).length > 0)
  const byClass = new Map<number, number[]>()
  for (const row of paired) byClass.set(labels[row]!, [...(byClass.get(labels[row]!) ?? []), row])
  const pairs = Array.from(byClass.values(), (members) => {
    const anchor = drawOne(members, random)
    return {anchor, positive: drawOne(partnersOf(all.positives, anchor), random)}
  })
  const negatives = pairs.flatMap(({anchor}) =>
    pairs.flatMap((other) => (other.anchor === anchor ? [] : [[anchor, other.positive] as const])),
  )
  return {
    positives: pairList(
      rows,
      pairs.map(({anchor, positive}) => [anchor, positive]),
    ),
    negatives: pairList(rows, negatives),
  }
}
