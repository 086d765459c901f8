import {drawOne} from '../mining/draw.ts'
import {pairList} from '../tuples.ts'
import type {Miner} from './miner.ts'

/** One pair a class, against the positives of the other classes. Anchors are of the batch; positives and negatives may be references. */
export const mine: Miner<unknown> = ({vectors: {rows}, labels, columnLabels, random}) => {
  const pairs = [...new Set(labels)].flatMap((label) => {
    const anchors = placesOf(label, labels)
    const anchor = drawOne(anchors, random)
    const others = placesOf(label, columnLabels).filter((column) => column !== anchor)
    return others.length === 0 ? [] : [{anchor, positive: drawOne(others, random)}]
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

function placesOf(label: number, labels: Int32Array): number[] {
  return [...labels.keys()].filter((place) => labels[place] === label)
}
