import assert from 'node:assert/strict'
import {describe, test} from 'node:test'
import {tf} from '../../lib/engine/tensorflow.ts'
import {openObjective} from '../../lib/objectives/objective.ts'
import {objectiveParameters} from '../../lib/objectives/parameters/objective.ts'
import type {PlannedBatch} from '../../lib/objectives/tuples.ts'
import {golden} from '../golden.ts'

interface Case {
  readonly embeddings: number[][]
  readonly labels: number[]
}

interface Entry {
  readonly id: string
  readonly case: string
  readonly library: string
  readonly loss: string
  readonly params: Readonly<Record<string, unknown>>
  readonly miner?: unknown
  readonly triplets?: readonly [number, number, number][]
  readonly loss_value: number
  readonly grad_embeddings: number[][]
}

const {cases, entries} = golden('losses.json') as {cases: Record<string, Case>; entries: Entry[]}

/** How each library's loss is said in ours; undefined for a variant that is not offered. */
const families: Readonly<Record<string, (entry: Entry) => unknown>> = {
  'from formula LabTriplet': ({params}) => only(params, 'mu') && {loss: 'triplet', margin: params.mu},
  'from formula DmlbTriplet': ({params}) => only(params, 'margin') && {loss: 'triplet', margin: params.margin},
  'pytorch-metric-learning 0.9.88 TripletMarginLoss': pmlTriplet,
  'pytorch-metric-learning 2.8.1 TripletMarginLoss': pmlTriplet,
  'pytorch-metric-learning 0.9.88 ContrastiveLoss': pmlContrastive,
  'pytorch-metric-learning 2.8.1 ContrastiveLoss': pmlContrastive,
  'pytorch-metric-learning 2.8.1 SupConLoss': ({params}) =>
    only(params, 'temperature') && {loss: 'supcon', temperature: params.temperature},
}

function pmlTriplet({params, miner}: Entry): unknown {
  if (miner !== undefined || !only(params, 'margin', 'distance', 'reducer')) return undefined
  if (params.distance !== undefined && params.distance !== 'LpDistance(power=2)') return undefined
  if (params.reducer !== undefined && params.reducer !== 'MeanReducer') return undefined
  return {
    loss: 'triplet',
    margin: params.margin,
    distance: params.distance === undefined ? 'euclidean' : 'squared',
    average: params.reducer === undefined ? 'active' : 'all',
  }
}

function pmlContrastive({params, miner}: Entry): unknown {
  return miner === undefined && only(params, 'pos_margin', 'neg_margin')
    ? {loss: 'contrastive', positive_margin: params.pos_margin, negative_margin: params.neg_margin}
    : undefined
}

function only(params: Entry['params'], ...names: string[]): true | undefined {
  return Object.keys(params).every((name) => names.includes(name)) || undefined
}

const familyOf = ({library, loss}: Entry) => `${library.replace(/ \(.*/, '')} ${loss}`

describe('losses and their gradients equal the reference libraries', () => {
  for (const [family, specify] of Object.entries(families)) {
    test(family, async (context) => {
      const inFamily = entries.filter((entry) => familyOf(entry) === family)
      const inScope = inFamily.flatMap((entry) => {
        const spec = specify(entry)
        return spec === undefined ? [] : [{entry, spec: objectiveParameters.parse(spec)}]
      })
      assert.ok(inScope.length > 0, `no case of ${family}`)
      for (const {entry, spec} of inScope) compare(entry, await openObjective(spec))
      context.diagnostic(`${inScope.length} cases, ${inFamily.length - inScope.length} of variants not yet in scope`)
    })
  }

  test('every other entry is of a known case, and counted', (context) => {
    const others = entries.filter((entry) => families[familyOf(entry)] === undefined)
    for (const entry of others) assert.ok(cases[entry.case], `${entry.id} names no case of the file`)
    context.diagnostic(
      `${others.length} of ${entries.length} cases, of ${new Set(others.map(familyOf)).size} losses, not yet in scope`,
    )
  })
})

/** Tolerances of the fixtures' README for float32. */
function compare(entry: Entry, objective: Awaited<ReturnType<typeof openObjective>>): void {
  const {embeddings, labels} = cases[entry.case]!
  const rows = entry.triplets?.flat() ?? embeddings.map((_, row) => row)
  const batch: PlannedBatch = {
    labels: Int32Array.from(rows, (row) => labels[row]!),
    group: Int32Array.from(rows, (_, slot) => Math.floor(slot / 3)),
    role: rows.map((_, slot) =>
      entry.triplets === undefined ? 'member' : ['anchor', 'positive', 'negative'][slot % 3]!,
    ),
    stepSeed: 0,
  }
  const input = tf.tensor2d(rows.map((row) => embeddings[row]!))
  const {loss, gradient} = objective.evaluate(input, batch)
  const slotGradients = gradient.arraySync()
  tf.dispose([input, gradient])

  assert.ok(
    Math.abs(loss - entry.loss_value) <= 1e-5 * Math.max(0.01, Math.abs(entry.loss_value)),
    `${entry.id}: loss ${loss}, not ${entry.loss_value}`,
  )
  // A row that is in several triplets was given once for each: its gradients add up.
  const sums = embeddings.map((row) => row.map(() => 0))
  rows.forEach((row, slot) => {
    slotGradients[slot]!.forEach((value, column) => {
      sums[row]![column]! += value
    })
  })
  const expected = entry.grad_embeddings.flat()
  const largest = Math.max(...expected.map(Math.abs))
  const error = Math.max(...sums.flat().map((value, i) => Math.abs(value - expected[i]!)))
  assert.ok(
    error <= 5e-5 * Math.max(0.001, largest),
    `${entry.id}: gradient differs by ${error} where the largest entry is ${largest}`,
  )
}
