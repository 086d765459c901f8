import {UserError} from '../user-error.ts'
import {bounded} from './bounded.ts'
import {type DataParameters, namedRanges} from './parameters.ts'
import {contains, formatRanges, type Interval, intervalsOf} from './ranges.ts'

export type Split = 'train' | 'val' | 'test' | 'unused'

/** The classes of a data set and, in file order, which of them each image shows. */
export interface LabelledImages {
  /** Class number of every image, in the order of the data set. */
  readonly label: readonly number[]
  /** Name of every class by its number. */
  readonly classNames: ReadonlyMap<number, string>
}

/**
 * Says of every image which set it is in; no class is in two sets.
 * @returns the splits in the order of `images.label`, and sentences worth telling: an empty test set, lone images.
 * @throws UserError naming every set that cannot be used as it is.
 */
export function assignSplits(data: DataParameters, images: LabelledImages): {split: Split[]; notes: string[]} {
  const present = [...new Set(images.label)].sort((a, b) => a - b)
  const sets = planSets(data, present)
  const limit = data.images_per_class ?? (data.protocol === 'lab' ? 20 : Number.POSITIVE_INFINITY)
  const taken = new Map<number, number>()
  const split = images.label.map((label): Split => {
    const set = sets.find(({holds}) => holds(label))
    if (set === undefined) return 'unused'
    const count = (taken.get(label) ?? 0) + 1
    if (set.name === 'train' && count > limit) return 'unused'
    taken.set(label, count)
    return set.name
  })
  const {problems, notes} = reviewSets(sets, present, taken, images.classNames)
  if (problems.length > 0) throw new UserError(problems.join('\n'))
  return {split, notes}
}

interface SplitSet {
  readonly name: Exclude<Split, 'unused'>
  /** How the user asked for it: `val (100-149)`. */
  readonly title: string
  /** Class numbers that were named one by one. */
  readonly named: readonly Interval[]
  readonly holds: (label: number) => boolean
}

function planSets(data: DataParameters, present: readonly number[]): SplitSet[] {
  const names = ['train', 'val', 'test'] as const
  if (data.protocol === 'halves' || data.protocol === 'thirds') {
    const parts = data.protocol === 'halves' ? 2 : 3
    const position = new Map(present.map((label, place) => [label, place]))
    const bound = (part: number) => Math.floor((part * present.length) / parts)
    return names.slice(0, parts).map((name, part) => ({
      name,
      title: `${name} (protocol ${data.protocol})`,
      named: [],
      holds: (label) => bound(part) <= position.get(label)! && position.get(label)! < bound(part + 1),
    }))
  }
  const ranges = namedRanges(data)
  return names.map((name) => {
    const chosen = ranges[name]
    const text = formatRanges(chosen)
    if (data.protocol !== 'modulo')
      return {name, title: `${name} (${text})`, named: chosen, holds: (label) => contains(chosen, label)}
    const modulo = data.modulo!
    return {
      name,
      title: `${name} (class modulo ${modulo} = ${text})`,
      named: [],
      holds: (label) => contains(chosen, label % modulo),
    }
  })
}

function reviewSets(
  sets: readonly SplitSet[],
  present: readonly number[],
  taken: ReadonlyMap<number, number>,
  classNames: ReadonlyMap<number, string>,
) {
  const problems: string[] = []
  const notes: string[] = []
  const listed = (labels: readonly number[]) =>
    bounded(labels.map((label) => `${label} ${classNames.get(label) ?? ''}`.trim()))
  for (const {name, title, named, holds} of sets) {
    const classes = present.filter(holds)
    const lone = classes.filter((label) => taken.get(label) === 1)
    const missing = named.reduce((sum, {from, to}) => sum + to - from + 1, 0) - classes.length
    if (classes.length === 0) {
      if (name === 'test') continue
      problems.push(
        `${title} selects no image: the data has ${present.length} classes, ${bounded(formatRanges(intervalsOf(present)).split(','), ',')}. Set data.${name}.`,
      )
      continue
    }
    if (named.length > 0 && missing > 0)
      notes.push(`${missing} of the classes of ${title} have no image; ${classes.length} have.`)
    if (name === 'train') {
      if (classes.length === 1)
        problems.push(
          `${title} has a single class, ${listed(classes)}: there is nothing to tell it from. Set data.train.`,
        )
      if (lone.length > 0) {
        problems.push(
          `${title} has ${lone.length} classes with one image, which lacks a positive: ${listed(lone)}. Add images or leave these classes out.`,
        )
      }
    } else if (lone.length === classes.length) {
      problems.push(`${title} has one image in every class, so no query has anything to find. Set data.${name}.`)
    } else if (lone.length > 0) {
      notes.push(`${title} has ${lone.length} classes with one image: no queries, only distractors: ${listed(lone)}.`)
    }
  }
  if (!sets.some(({name, holds}) => name === 'test' && present.some(holds))) notes.push('The test set is empty.')
  return {problems, notes}
}
