import type {BatchesTable} from '../../tables/batches.ts'
import type {DescriptorsTable} from '../../tables/descriptors.ts'
import type {ImagesTable} from '../../tables/images.ts'
import type {Mined} from '../facts.ts'
import {distanceOf, distancesFrom} from './distances.ts'

type Labelled = Pick<ImagesTable, 'id' | 'label'>

/** Three images of a plan, with distances before the epoch where they are known. */
export interface Triplet {
  readonly step: number
  readonly anchor: number
  readonly positive: number
  readonly negative: number
  readonly positiveDistance?: number
  readonly negativeDistance?: number
}

/**
 * The hardest triplets of an epoch's plan: where the negative is nearest compared with the positive. In batches of classes, each
 * image's farthest of its class and nearest of another one in the batch. Every anchor and negative once. `images`: with their classes.
 */
export function hardestTriplets(mined: Mined, images: Labelled, count: number): Triplet[] {
  const measure = openMeasure(mined, images)
  const triplets = plannedTriplets(mined.batches, measure)
    .map((triplet) => (isMeasured(triplet) ? triplet : {...measure.both(triplet), ...triplet}))
    .filter(({negativeDistance}) => negativeDistance !== undefined)
    .sort((a, b) => hardness(b) - hardness(a) || a.anchor - b.anchor)
  const seen = new Set<string>()
  return triplets
    .filter(({anchor, negative}) => {
      // The same two images the other way round show nothing new.
      const pair = anchor < negative ? `${anchor} ${negative}` : `${negative} ${anchor}`
      if (seen.has(pair)) return false
      seen.add(pair)
      return true
    })
    .slice(0, count)
}

function isMeasured({positiveDistance, negativeDistance}: Triplet): boolean {
  return positiveDistance !== undefined && negativeDistance !== undefined
}

function hardness({positiveDistance = 0, negativeDistance = 0}: Triplet): number {
  return positiveDistance - negativeDistance
}

interface Measure {
  readonly descriptors: DescriptorsTable | undefined
  readonly rowOf: ReadonlyMap<number, number>
  readonly labelOf: ReadonlyMap<number, number>
  both(triplet: Triplet): Pick<Triplet, 'positiveDistance' | 'negativeDistance'>
}

/** Distances from the descriptors; without them from the table of neighbours, which knows other classes only. */
function openMeasure({descriptors, neighbours}: Mined, {id, label}: Labelled): Measure {
  const rowOf = new Map(Array.from(descriptors?.id ?? [], (id, row) => [id, row]))
  let mined: ReadonlyMap<string, number> | undefined
  const between = (one: number, other: number) => {
    const [row, otherRow] = [rowOf.get(one), rowOf.get(other)]
    if (descriptors === undefined || row === undefined || otherRow === undefined) {
      mined ??= indexPairs(neighbours)
      return mined.get(`${one} ${other}`)
    }
    return distanceOf(descriptors, row, otherRow)
  }
  return {
    descriptors,
    rowOf,
    labelOf: new Map(Array.from(id, (image, row) => [image, label[row]!])),
    both: ({anchor, positive, negative}) => {
      const [near, far] = [between(anchor, positive), between(anchor, negative)]
      return {
        ...(near === undefined ? {} : {positiveDistance: near}),
        ...(far === undefined ? {} : {negativeDistance: far}),
      }
    },
  }
}

/** Made only where the plan itself does not say: a large set has millions of pairs. */
function indexPairs({anchor, neighbour, distance}: Mined['neighbours']): Map<string, number> {
  return new Map(Array.from(anchor, (own, row) => [`${own} ${neighbour[row]}`, distance[row]!]))
}

function plannedTriplets(batches: BatchesTable, measure: Measure): Triplet[] {
  const triplets: Triplet[] = []
  let begin = 0
  for (let end = 1; end <= batches.step.length; end++) {
    if (end < batches.step.length && batches.step[end] === batches.step[begin]) continue
    const rows = Array.from({length: end - begin}, (_, i) => begin + i)
    const isOfClasses = batches.role[begin] === 'member'
    triplets.push(...(isOfClasses ? tripletsOfClasses(batches, rows, measure) : tripletsOfGroups(batches, rows)))
    begin = end
  }
  return triplets
}

/** Tuples as the plan spells them out, with the distances that it was mined with: every positive with every negative. */
function tripletsOfGroups({step, group, role, image, distance}: BatchesTable, rows: readonly number[]): Triplet[] {
  const groups = new Map<number, number[]>()
  for (const row of rows) groups.set(group[row]!, [...(groups.get(group[row]!) ?? []), row])
  const known = (name: 'positiveDistance' | 'negativeDistance', row: number) =>
    Number.isNaN(distance[row]) ? {} : {[name]: distance[row]!}
  return [...groups.values()].flatMap((members) => {
    const anchor = members.find((row) => role[row] === 'anchor')
    if (anchor === undefined) return []
    const negatives = members.filter((row) => role[row] === 'negative')
    return members
      .filter((row) => role[row] === 'positive')
      .flatMap((positive) =>
        negatives.map((negative) => ({
          step: step[anchor]!,
          anchor: image[anchor]!,
          positive: image[positive]!,
          negative: image[negative]!,
          ...known('positiveDistance', positive),
          ...known('negativeDistance', negative),
        })),
      )
  })
}

/** In a batch of classes an image has a farthest positive and a nearest negative. Two groups of the batch may be of one class. */
function tripletsOfClasses(
  {step, image}: BatchesTable,
  rows: readonly number[],
  {descriptors, rowOf, labelOf}: Measure,
): Triplet[] {
  if (descriptors === undefined) return []
  const members = rows.filter((row) => rowOf.has(image[row]!))
  const places = members.map((row) => rowOf.get(image[row]!)!)
  return members.flatMap((row, own) => {
    const distances = distancesFrom(descriptors, places[own]!, places)
    let [far, near]: (number | undefined)[] = []
    for (const [other, member] of members.entries()) {
      if (image[member] === image[row]) continue
      if (labelOf.get(image[member]!) === labelOf.get(image[row]!)) {
        if (far === undefined || distances[other]! > distances[far]!) far = other
      } else if (near === undefined || distances[other]! < distances[near]!) near = other
    }
    if (far === undefined || near === undefined) return []
    return [{step: step[row]!, anchor: image[row]!, positive: image[members[far]!]!, negative: image[members[near]!]!}]
  })
}
