import type {ImagesTable} from '../../tables/images.ts'
import type {QueryRows} from '../facts.ts'

/** Two images that are the same picture, or nearly. */
export interface Duplicate {
  readonly a: number
  readonly b: number
  /** Of their descriptors; absent where only the files were compared. */
  readonly distance?: number
  readonly sameBytes: boolean
  readonly sameClass: boolean
}

/** Descriptors this near to each other are of one picture, saved twice: rounding alone moves them by less. */
const nearly = 0.01

/** Pairs of files with equal bytes in the whole data set, and measured images whose nearest neighbour is at distance about 0. */
export function findDuplicates(images: ImagesTable, queries: QueryRows | undefined): Duplicate[] {
  const rowOf = new Map(Array.from(images.id, (id, row) => [id, row]))
  const labelOf = (id: number) => images.label[rowOf.get(id)!]
  const found = new Map<string, Duplicate>()
  const add = (one: number, other: number, how: {distance?: number; sameBytes: boolean}) => {
    const [a, b] = one < other ? [one, other] : [other, one]
    const before = found.get(`${a} ${b}`)
    found.set(`${a} ${b}`, {
      a,
      b,
      sameClass: labelOf(a) === labelOf(b),
      ...how,
      ...(before?.sameBytes && {sameBytes: true}),
    })
  }
  const firstWith = new Map<string, number>()
  for (const [row, hash] of images.sha256.entries()) {
    const first = firstWith.get(hash)
    if (first === undefined) firstWith.set(hash, images.id[row]!)
    else add(first, images.id[row]!, {sameBytes: true})
  }
  for (const [row, id] of queries?.id.entries() ?? []) {
    const distance = queries!.nearestDistance[row]!
    const nearest = queries!.nearest[row]!
    if (distance < nearly && rowOf.has(nearest) && rowOf.has(id)) add(id, nearest, {distance, sameBytes: false})
  }
  // What deserves a look first: one picture under two names.
  return [...found.values()].sort((x, y) => Number(x.sameClass) - Number(y.sameClass) || x.a - y.a || x.b - y.b)
}
