import {extname} from 'node:path'
import type {CheckedFile} from '../check-files.ts'
import type {RgbImage} from '../transforms/resample.ts'
import {enumerate} from '../wording.ts'
import type {Finding} from './finding.ts'

/** Whether every pixel has three equal channels; a coloured picture is told by its first coloured pixel. */
export function isGray({pixels}: RgbImage): boolean {
  for (let i = 0; i < pixels.length; i += 3)
    if (pixels[i] !== pixels[i + 1] || pixels[i] !== pixels[i + 2]) return false
  return true
}

/** Broken files, and of the others sizes, shapes and colour. */
export function describePictures(
  path: readonly string[],
  files: readonly CheckedFile[],
  gray: ReadonlySet<number>,
): Finding[] {
  const rows = [...files.keys()].filter((row) => files[row]!.problem === undefined)
  return [
    describeFiles(path, files),
    ...(rows.length === 0 ? [] : [describeSizes(path, files, rows), describeShapes(path, files, rows)]),
    describeGray(path, gray, rows.length),
  ]
}

function describeFiles(path: readonly string[], files: readonly CheckedFile[]): Finding {
  const broken = files.flatMap(({problem}) => (problem === undefined ? [] : [problem]))
  const kinds = new Map<string, number>()
  for (const one of path) {
    const kind = extname(one).toLowerCase()
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
  }
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0)
  const size = bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${Math.round(bytes / 1e6).toLocaleString('en')} MB`
  const ofKinds = [...kinds].map(([kind, count]) => `${count.toLocaleString('en')} ${kind || 'without an extension'}`)
  const found = `${ofKinds.join(', ')}; ${size}`
  if (broken.length === 0) return {what: 'files', found: `${found}; all can be read`, grade: 'ok'}
  return {
    what: 'files',
    found: `${found}; ${enumerate('cannot be used', broken)}`,
    grade: 'problem',
    advice: 'Replace these files, or remove them.',
    items: broken,
  }
}

/** A picture that is smaller is mostly invented when it is enlarged to the 224 pixels of the usual networks. */
const smallSide = 32

function describeSizes(path: readonly string[], files: readonly CheckedFile[], rows: readonly number[]): Finding {
  const [widths, heights] = (['width', 'height'] as const).map((side) => spread(rows.map((row) => files[row]![side])))
  const found = `${widths} wide, ${heights} high (smallest, median, largest)`
  const small = rows.filter((row) => Math.min(files[row]!.width, files[row]!.height) < smallSide)
  if (small.length === 0) return {what: 'sizes', found, grade: 'ok'}
  const names = small.map((row) => `${path[row]} ${files[row]!.width} x ${files[row]!.height}`)
  return {
    what: 'sizes',
    found: `${found}; ${enumerate(`a side of less than ${smallSide} pixels`, names)}`,
    grade: 'ok',
    items: names,
  }
}

const longRatio = 3

function describeShapes(path: readonly string[], files: readonly CheckedFile[], rows: readonly number[]): Finding {
  const ratios = rows.map((row) => files[row]!.width / files[row]!.height)
  const found = `width / height ${spread(ratios, 2)}`
  const long = rows.filter((_, i) => ratios[i]! > longRatio || ratios[i]! < 1 / longRatio)
  if (long.length === 0) return {what: 'shapes', found, grade: 'ok'}
  const names = long.map((row) => `${path[row]} ${files[row]!.width} x ${files[row]!.height}`)
  return {
    what: 'shapes',
    found: `${found}; ${enumerate(`more than ${longRatio} times as long as wide, of which a square shows little`, names)}`,
    grade: 'ok',
    items: names,
  }
}

function describeGray(path: readonly string[], gray: ReadonlySet<number>, of: number): Finding {
  const names = [...gray].sort((a, b) => a - b).map((row) => path[row]!)
  const found =
    names.length === 0
      ? 'no picture is gray'
      : names.length === of
        ? 'all pictures are gray'
        : enumerate('without any colour', names)
  return {what: 'colour', found, grade: 'ok', items: names}
}

/** `120, 500, 640`: smallest, median, largest. */
export function spread(values: readonly number[], digits = 0): string {
  const sorted = Float64Array.from(values).sort()
  return [sorted[0]!, sorted[(sorted.length - 1) >> 1]!, sorted.at(-1)!].map((one) => one.toFixed(digits)).join(', ')
}
