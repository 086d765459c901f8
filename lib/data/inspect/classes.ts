import type {DataSet} from '../formats/data-set.ts'
import {classSizes} from '../splits/class-sizes.ts'
import type {Split} from '../splits/plan.ts'
import {enumerate} from '../wording.ts'
import type {Finding} from './finding.ts'
import {spread} from './pictures.ts'

/** How many classes of which sizes. */
export function describeClasses({label, classNames}: DataSet): Finding {
  const sizes = classSizes(label, () => true)
  const found = `${count(label.length, sizes.size)}; ${spread([...sizes.values()])} in a class (smallest, median, largest)`
  const lone = [...sizes].flatMap(([own, size]) => (size === 1 ? [classNames.get(own) ?? String(own)] : []))
  if (lone.length === 0) return {what: 'classes', found, grade: 'ok'}
  return {
    what: 'classes',
    found: `${found}; ${enumerate('with one image, which has no positive', lone)}`,
    grade: 'warning',
    advice: 'Add images to these classes, or leave them out.',
    items: lone,
  }
}

/** How many images and classes a split puts where, and who is looked for among whom. */
export function describeSets({label, testSets = []}: DataSet, split: readonly Split[], whose: string): Finding {
  const sets = (['train', 'val', 'test', 'unused'] as const).flatMap((name) => {
    const sizes = classSizes(label, (row) => split[row] === name)
    const images = [...sizes.values()].reduce((sum, size) => sum + size, 0)
    return images === 0 ? [] : [`${name} ${count(images, sizes.size)}`]
  })
  const queried = testSets.map(
    ({name, queries, gallery}) =>
      `${name}: ${queries.length.toLocaleString('en')} queries, a gallery of ${gallery.length.toLocaleString('en')}`,
  )
  return {what: 'sets', found: `${whose}: ${[...sets, ...queried].join('; ')}`, grade: 'ok'}
}

function count(images: number, classes: number): string {
  return `${images.toLocaleString('en')} images of ${classes.toLocaleString('en')} classes`
}
