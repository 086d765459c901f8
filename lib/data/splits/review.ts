import {formatRanges, intervalsOf} from '../ranges.ts'
import {bounded, enumerate} from '../wording.ts'
import {classSizes} from './class-sizes.ts'
import type {LabelledImages, PlannedSet, Split} from './plan.ts'

/** What is wrong with a set, and what is worth telling: training needs two classes with two images each, measuring one such class. */
export function reviewSet(
  {name, title, named}: PlannedSet,
  split: readonly Split[],
  {label, classNames}: LabelledImages,
): {problems: string[]; notes: string[]} {
  const problems: string[] = []
  const notes: string[] = []
  const sizes = classSizes(label, (row) => split[row] === name)
  const classes = [...sizes.keys()].sort((a, b) => a - b)
  const describe = (own: number) => `${own} ${classNames.get(own) ?? ''}`.trim()
  const lone = classes.filter((own) => sizes.get(own) === 1).map(describe)
  const missing = named.reduce((sum, {from, to}) => sum + to - from + 1, 0) - classes.length
  if (classes.length === 0) {
    const present = [...new Set(label)].sort((a, b) => a - b)
    const numbers = bounded(formatRanges(intervalsOf(present)).split(','), ',')
    if (name !== 'test')
      problems.push(`${title} selects no image: the data has the classes ${numbers}. Set data.${name}.`)
    return {problems, notes}
  }
  if (named.length > 0 && missing > 0)
    notes.push(`${title} finds images of ${classes.length} of its ${classes.length + missing} classes.`)
  if (name === 'train' && classes.length === 1) {
    problems.push(
      `${title} has a single class, ${describe(classes[0]!)}: there is nothing to tell it from. Set data.train.`,
    )
  }
  if (name === 'train' && lone.length > 0) {
    problems.push(
      `${enumerate(`${title} has classes with one image, which lacks a positive`, lone)} Add images or leave these classes out.`,
    )
  } else if (lone.length === classes.length) {
    problems.push(`${title} has one image in every class, so no query has anything to find. Set data.${name}.`)
  } else if (lone.length > 0) {
    notes.push(enumerate(`${title} has classes with one image, which is no query, only a distractor`, lone))
  }
  return {problems, notes}
}
