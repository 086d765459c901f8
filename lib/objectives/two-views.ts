import {UserError} from '../user-error.ts'

/** Rows of the first and of the second view, image by image: `group` gives the two views of an image one number. */
export interface TwoViews {
  readonly first: Int32Array
  readonly second: Int32Array
}

export function twoViews(group: Int32Array): TwoViews {
  const rows = new Map<number, number[]>()
  group.forEach((number, row) => {
    const known = rows.get(number)
    if (known === undefined) rows.set(number, [row])
    else known.push(row)
  })
  const other = [...rows.values()].find((views) => views.length !== 2)
  if (other !== undefined) {
    throw new UserError(
      `A batch has ${other.length} row(s) of one image, but this loss compares two views of every image. Plan with mining.sampler views and mining.views 2.`,
    )
  }
  const pairs = [...rows.values()]
  return {first: Int32Array.from(pairs, ([row]) => row!), second: Int32Array.from(pairs, ([, row]) => row!)}
}
