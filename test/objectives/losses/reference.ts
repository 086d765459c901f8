// Losses on pairs and triplets written out naively, as loops over float64 numbers, to check values and gradients against.
import type {DistanceSpec} from '../../../lib/objectives/parameters/distance.ts'
import type {LossSpec} from '../../../lib/objectives/parameters/objective.ts'
import {randomFrom} from '../../../lib/random.ts'
import type {Batch} from '../evaluate.ts'

type Row = readonly number[]
type Term = readonly [value: number, anchor: number]
type Settings = LossSpec & Readonly<Record<string, number & string & boolean>>

/** What a loss is made from: rows, what their classes make of them, and its own distance. */
interface Scene {
  readonly rows: readonly number[]
  readonly labels: readonly number[]
  readonly unit: readonly Row[]
  readonly teacher: readonly Row[]
  d(a: number, b: number): number
  taught(a: number, b: number): number
  positivesOf(a: number): number[]
  negativesOf(a: number): number[]
}

/** Loss of raw embeddings, over all pairs or triplets of the batch. */
export function referenceLoss(spec: LossSpec, {embeddings, labels, teacher = embeddings}: Batch): number {
  const rows = [...labels.keys()]
  const own = measure(spec.distance ?? {name: 'similarity', normalise: true})
  const scene: Scene = {
    rows,
    labels,
    unit: embeddings.map(unitOf),
    teacher: teacher.map(unitOf),
    d: (a, b) => own(embeddings[a]!, embeddings[b]!),
    taught: (a, b) => own(teacher[a]!, teacher[b]!),
    positivesOf: (a) => rows.filter((p) => p !== a && labels[p] === labels[a]),
    negativesOf: (a) => rows.filter((n) => labels[n] !== labels[a]),
  }
  const groups = references[spec.loss]!(scene, spec as Settings)
  return groups.reduce((sum, terms) => sum + reduced(terms, spec.reducer.name, rows.length), 0)
}

export function hasReference(loss: string): boolean {
  return references[loss] !== undefined
}

/** Central differences of the reference, [rows][dim]. */
export function referenceGradient(spec: LossSpec, batch: Batch): number[][] {
  const step = 1e-6
  const lossAt = (row: number, column: number, change: number) =>
    referenceLoss(spec, {
      ...batch,
      embeddings: batch.embeddings.map((values, r) =>
        values.map((value, c) => (r === row && c === column ? value + change : value)),
      ),
    })
  return batch.embeddings.map((values, row) =>
    values.map((_, column) => (lossAt(row, column, step) - lossAt(row, column, -step)) / (2 * step)),
  )
}

const references: Readonly<Record<string, (scene: Scene, spec: Settings) => Term[][]>> = {
  triplet: (scene, {margin, swap, smooth, distance}) => {
    const sign = distance!.name === 'similarity' ? -1 : 1
    const {d} = scene
    return [
      triplets(scene, (a, p, n) => {
        const near = swap ? sign * Math.min(sign * d(a, n), sign * d(p, n)) : d(a, n)
        const x = sign * (d(a, p) - near) + margin!
        return smooth ? Math.log(1 + Math.exp(x)) : Math.max(0, x)
      }),
    ]
  },
  contrastive: (scene, {positive_margin, negative_margin, power}) => [
    positives(scene, (a, p) => Math.max(0, scene.d(a, p) - positive_margin!) ** power!),
    negatives(scene, (a, n) => Math.max(0, negative_margin! - scene.d(a, n)) ** power!),
  ],
  'snr-contrastive': (scene, {positive_margin, negative_margin, zero_mean}) => [
    positives(scene, (a, p) => Math.max(0, scene.d(a, p) - positive_margin!)),
    negatives(scene, (a, n) => Math.max(0, negative_margin! - scene.d(a, n))),
    [[zero_mean! * mean(scene.unit.map((row) => Math.abs(sum(row)))), 0]],
  ],
  margin: (scene, {margin, beta, counts}) => {
    const near = (a: number, p: number) => Math.max(0, scene.d(a, p) - beta! + margin!)
    const far = (a: number, n: number) => Math.max(0, beta! - scene.d(a, n) + margin!)
    if (counts === 'triplets') return [triplets(scene, (a, p, n) => near(a, p) + far(a, n))]
    return [[...triplets(scene, (a, p) => near(a, p)), ...triplets(scene, (a, _, n) => far(a, n))]]
  },
  'intra-pair-variance': (scene, {positive_epsilon, negative_epsilon, distance}) => {
    const sign = distance!.name === 'similarity' ? -1 : 1
    const [near, far] = [positives(scene, scene.d), negatives(scene, scene.d)]
    const excess = (terms: Term[], direction: number, epsilon: number): Term[] => {
      const bound = (1 + direction * epsilon) * mean(terms.map(([x]) => x))
      return terms.map(([x, a]) => [Math.max(0, direction * (x - bound)) ** 2, a])
    }
    return [excess(near, sign, positive_epsilon!), excess(far, -sign, negative_epsilon!)]
  },
  'threshold-consistent-margin': (scene, spec) => [
    positives(scene, (a, p) => spec.positive_weight! * Math.max(0, spec.positive_margin! - scene.d(a, p))),
    negatives(scene, (a, n) => spec.negative_weight! * Math.max(0, scene.d(a, n) - spec.negative_margin!)),
  ],
  'tuplet-margin': (scene, {margin, scale}) => [
    positives(scene, (a, p) => {
      const own = Math.cos(Math.acos(scene.d(a, p)) - (margin! * Math.PI) / 180)
      return Math.log(1 + sum(scene.negativesOf(a).map((n) => Math.exp(scale! * (scene.d(a, n) - own)))))
    }),
  ],
  angular: (scene, {alpha}) => {
    const square = Math.tan((alpha! * Math.PI) / 180) ** 2
    const {d} = scene
    return [
      positives(scene, (a, p) =>
        Math.log(
          1 +
            sum(
              scene.negativesOf(a).map((n) => Math.exp(4 * square * (d(a, n) + d(p, n)) - 2 * (1 + square) * d(a, p))),
            ),
        ),
      ),
    ]
  },
  quadruplet: (scene, {margin, second_margin}) => {
    const random = randomFrom(0)
    const {d, labels} = scene
    const thirdOf = (a: number, n: number): number => {
      const row = random.below(labels.length)
      return labels[row] !== labels[a] && labels[row] !== labels[n] ? row : thirdOf(a, n)
    }
    return [
      triplets(scene, (a, p, n) => Math.max(0, d(a, p) - d(a, n) + margin!)),
      triplets(scene, (a, p, n) => Math.max(0, d(a, p) - d(n, thirdOf(a, n)) + second_margin!)),
    ]
  },
  'cross-entropy-distance': (scene, {temperature, distance}) => {
    const scale = (distance!.name === 'similarity' ? 1 : -1) / temperature!
    const likely = (a: number, other: number) => Math.exp(scale * scene.d(a, other))
    return [
      positives(scene, (a, p) => {
        const all = [...scene.positivesOf(a), ...scene.negativesOf(a)]
        return -Math.log(likely(a, p) / sum(all.map((other) => likely(a, other))))
      }),
    ]
  },
  supcon: (scene, {temperature}) => [
    scene.rows
      .filter((a) => scene.positivesOf(a).length > 0)
      .map((a) => {
        const others = scene.rows.filter((other) => other !== a)
        const total = Math.log(sum(others.map((other) => Math.exp(scene.d(a, other) / temperature!))))
        return [mean(scene.positivesOf(a).map((p) => total - scene.d(a, p) / temperature!)), a]
      }),
  ],
  // Rows of a class are the views of an image.
  raml: ({rows, unit, teacher, positivesOf}, {absolute, teacher_student, student_student}) => [
    rows.map((i) => {
      const views = positivesOf(i).length + 1
      const pairs = positivesOf(i).map((j) => {
        const wanted = dot(teacher[i]!, teacher[j]!)
        return (
          teacher_student! * (dot(unit[i]!, teacher[j]!) - wanted) ** 2 +
          student_student! * (dot(unit[i]!, unit[j]!) - wanted) ** 2
        )
      })
      const own = (absolute! * (1 - dot(unit[i]!, teacher[i]!)) ** 2) / views
      return [own + (pairs.length === 0 ? 0 : sum(pairs) / (views * (views - 1))), i]
    }),
  ],
  'contrastive-distillation': (scene, {negative_weight}) => [
    positives(scene, (a, p) => scene.d(a, p) ** 2 / 2),
    negatives(scene, (a, n) => (negative_weight! * (scene.taught(a, n) - scene.d(a, n)) ** 2) / 2),
  ],
  rkd: ({rows, unit, teacher}, {distance_weight, angle_weight}) => {
    const relative = (vectors: readonly Row[]) => {
      const distances = rows.map((a) => rows.map((b) => Math.hypot(...difference(vectors[a]!, vectors[b]!))))
      const average = mean(distances.flat().filter((distance) => distance > 0))
      return distances.map((line) => line.map((distance) => distance / average))
    }
    const angles = (vectors: readonly Row[]) =>
      rows.map((i) => {
        const sides = rows.map((j) => unitOf(difference(vectors[j]!, vectors[i]!)))
        return rows.map((j) => rows.map((k) => dot(sides[j]!, sides[k]!)))
      })
    const off = (own: readonly number[], wanted: readonly number[]) =>
      sum(
        own.map((x, i) => (Math.abs(x - wanted[i]!) < 1 ? (x - wanted[i]!) ** 2 / 2 : Math.abs(x - wanted[i]!) - 0.5)),
      )
    const pairs = off(relative(unit).flat(), relative(teacher).flat()) / rows.length ** 2
    const corners = off(angles(unit).flat(2), angles(teacher).flat(2)) / rows.length ** 3
    return [[[distance_weight! * pairs + angle_weight! * corners, 0]]]
  },
}

function positives({rows, positivesOf}: Scene, value: (a: number, p: number) => number): Term[] {
  return rows.flatMap((a) => positivesOf(a).map((p): Term => [value(a, p), a]))
}

function negatives({rows, negativesOf}: Scene, value: (a: number, n: number) => number): Term[] {
  return rows.flatMap((a) => negativesOf(a).map((n): Term => [value(a, n), a]))
}

function triplets(scene: Scene, value: (a: number, p: number, n: number) => number): Term[] {
  const {rows, positivesOf, negativesOf} = scene
  return rows.flatMap((a) => positivesOf(a).flatMap((p) => negativesOf(a).map((n): Term => [value(a, p, n), a])))
}

function reduced(terms: readonly Term[], reducer: string, rows: number): number {
  const values = terms.map(([value]) => value)
  const ofAnchor = (anchor: number) => mean(terms.filter(([, a]) => a === anchor).map(([value]) => value))
  const perAnchor = () => Array.from({length: rows}, (_, anchor) => ofAnchor(anchor))
  switch (reducer) {
    case 'sum':
      return sum(values)
    case 'active-mean':
      return mean(values.filter((value) => value > 0))
    case 'per-anchor':
      return mean(perAnchor())
    case 'sum-per-anchor':
      return sum(perAnchor())
    default:
      return mean(values)
  }
}

function measure({name, normalise, p = 2, epsilon = 0}: DistanceSpec): (x: Row, y: Row) => number {
  const space = normalise ? unitOf : (row: Row) => row
  const between = (x: Row, y: Row): number => {
    const gap = difference(x, y).map((value) => value + epsilon)
    switch (name) {
      case 'similarity':
        return dot(x, y)
      case 'squared':
        return dot(gap, gap)
      case 'snr':
        return variance(gap) / variance(x)
      default:
        return sum(gap.map((value) => Math.abs(value) ** p)) ** (1 / p)
    }
  }
  return (x, y) => between(space(x), space(y))
}

function unitOf(row: Row): Row {
  const length = Math.hypot(...row)
  return row.map((value) => (length === 0 ? 0 : value / length))
}

function variance(row: Row): number {
  return mean(row.map((value) => (value - mean(row)) ** 2))
}

function difference(x: Row, y: Row): number[] {
  return x.map((value, i) => value - y[i]!)
}

function dot(x: Row, y: Row): number {
  return sum(x.map((value, i) => value * y[i]!))
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : sum(values) / values.length
}
