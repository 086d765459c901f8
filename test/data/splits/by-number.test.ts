import assert from 'node:assert/strict'
import {test} from 'node:test'
import fc from 'fast-check'
import {type DataParameters, dataParameters} from '../../../lib/data/parameters.ts'
import {assignSplits} from '../../../lib/data/splits.ts'

/** A data set whose class c has `counts[c]` images, in class order. */
function dataSet(counts: readonly number[]) {
  return {
    label: counts.flatMap((count, label) => new Array<number>(count).fill(label)),
    classNames: new Map(counts.map((_, label) => [label, `class${label}`])),
  }
}

function settings(values: Record<string, unknown>): DataParameters {
  return dataParameters.parse({format: 'folder', root: 'x', ...values})
}

/** Images of each split, by class: `{train: {0: 20}}`. */
function count(split: readonly string[], label: readonly number[]) {
  const result: Record<string, Record<number, number>> = {}
  for (const [row, name] of split.entries()) {
    result[name] ??= {}
    result[name][label[row]!] = (result[name][label[row]!] ?? 0) + 1
  }
  return result
}

function problemsOf(values: Record<string, unknown>, counts: readonly number[]): readonly string[] {
  return assignSplits(settings(values), dataSet(counts)).problems
}

test('the lab trains on the first 20 images of classes 0-99 and measures all of 100-149 and 150-199', () => {
  const images = dataSet(new Array(200).fill(25))
  const {split, notes} = assignSplits(settings({protocol: 'lab'}), images)
  const found = count(split, images.label)
  assert.deepEqual(Object.values(found.train!), new Array(100).fill(20))
  assert.deepEqual(
    Object.keys(found.val!).map(Number),
    Array.from({length: 50}, (_, i) => 100 + i),
  )
  assert.deepEqual(Object.values(found.val!), new Array(50).fill(25))
  assert.deepEqual(
    Object.keys(found.test!).map(Number),
    Array.from({length: 50}, (_, i) => 150 + i),
  )
  assert.equal(found.unused![0], 5)
  assert.deepEqual(notes, [])
  const firstClass = split.slice(0, 25)
  assert.deepEqual(firstClass, [...new Array(20).fill('train'), ...new Array(5).fill('unused')])
})

test('the first images are taken in file order even when classes are mixed', () => {
  const label = [0, 1, 0, 1, 0, 1, 2, 2]
  const classNames = new Map([
    [0, 'a'],
    [1, 'b'],
    [2, 'c'],
  ])
  const {split} = assignSplits(settings({protocol: 'classes', train: '0-1', val: 2, images_per_class: 2}), {
    label,
    classNames,
  })
  assert.deepEqual(split, ['train', 'train', 'train', 'train', 'unused', 'unused', 'val', 'val'])
})

test('protocol classes takes all images of the classes named and leaves the others unused', () => {
  const images = dataSet([3, 3, 3, 3, 3, 3])
  const {split, notes} = assignSplits(settings({protocol: 'classes', train: '0,2', val: '3-4', test: 5}), images)
  assert.deepEqual(count(split, images.label), {train: {0: 3, 2: 3}, unused: {1: 3}, val: {3: 3, 4: 3}, test: {5: 3}})
  assert.deepEqual(notes, [])
})

test('protocol modulo goes by the remainder of the class number', () => {
  const images = dataSet([2, 2, 2, 2, 2, 2, 2, 2])
  const {split} = assignSplits(settings({protocol: 'modulo', modulo: 4, train: '0-1', val: 2, test: 3}), images)
  assert.deepEqual(count(split, images.label), {train: {0: 2, 1: 2, 4: 2, 5: 2}, val: {2: 2, 6: 2}, test: {3: 2, 7: 2}})
})

test('halves and thirds cut the sorted classes that have images, whatever their numbers', () => {
  const label = [9, 9, 2, 2, 5, 5, 7, 7, 30, 30, 31, 31]
  const images = {label, classNames: new Map(label.map((one) => [one, `c${one}`]))}
  const halves = assignSplits(settings({protocol: 'halves'}), images)
  assert.deepEqual(count(halves.split, label), {val: {9: 2, 30: 2, 31: 2}, train: {2: 2, 5: 2, 7: 2}})
  assert.deepEqual(halves.notes, ['The test set is empty.'])
  const thirds = assignSplits(settings({protocol: 'thirds'}), images)
  assert.deepEqual(count(thirds.split, label), {val: {7: 2, 9: 2}, train: {2: 2, 5: 2}, test: {30: 2, 31: 2}})
})

test('no class is ever in two sets', () => {
  const protocols = [
    {protocol: 'halves'},
    {protocol: 'thirds'},
    {protocol: 'modulo', modulo: 3, train: 0, val: 1, test: 2},
  ]
  fc.assert(
    fc.property(
      fc.array(fc.integer({min: 2, max: 4}), {minLength: 6, maxLength: 20}),
      fc.constantFrom(...protocols),
      (counts, values) => {
        const images = dataSet(counts)
        const {split} = assignSplits(settings(values), images)
        const setsOfClass = counts.map(
          (_, label) => new Set(split.filter((_, row) => images.label[row] === label)).size,
        )
        assert.deepEqual(
          setsOfClass,
          counts.map(() => 1),
        )
      },
    ),
  )
})

test('a set without images is refused with what the data has, an empty test set is told', () => {
  const values = {protocol: 'lab', train: '0-49'}
  assert.deepEqual(problemsOf(values, new Array(75).fill(2)), [
    'val (100-149) selects no image: the data has the classes 0-74. Set data.val.',
  ])
  const {problems, notes} = assignSplits(settings({...values, val: '50-74'}), dataSet(new Array(75).fill(2)))
  assert.deepEqual([problems, notes], [[], ['The test set is empty.']])
})

test('all unusable sets are named at once', () => {
  assert.deepEqual(problemsOf({protocol: 'classes', train: '0-2', val: '3', test: '8'}, [1, 4, 1, 1]), [
    'train (0-2) has classes with one image, which lacks a positive (2): 0 class0, 2 class2. Add images or leave these classes out.',
    'val (3) has one image in every class, so no query has anything to find. Set data.val.',
  ])
})

test('a single training class is refused: it has no negatives', () => {
  assert.deepEqual(problemsOf({protocol: 'classes', train: 0, val: 1}, [3, 3]), [
    'train (0) has a single class, 0 class0: there is nothing to tell it from. Set data.train.',
  ])
})

test('lone images are allowed where only distances are measured, and told', () => {
  const values = settings({protocol: 'classes', train: '0-1', val: '2-3', test: '4-9'})
  const {split, problems, notes} = assignSplits(values, dataSet([2, 2, 1, 2, 2]))
  assert.equal(split.filter((one) => one === 'val').length, 3)
  assert.deepEqual(problems, [])
  assert.deepEqual(notes, [
    'val (2-3) has classes with one image, which is no query, only a distractor (1): 2 class2.',
    'test (4-9) finds images of 1 of its 6 classes.',
  ])
})
