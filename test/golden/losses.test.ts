import assert from 'node:assert/strict'
import {describe, test} from 'node:test'
import type {HostTensor, StateDict} from '../../lib/engine/state-dict.ts'
import {golden} from '../golden.ts'
import {type Batch, evaluate, type HostEvaluation} from '../objectives/evaluate.ts'
import {anchorFamilies} from './losses/anchors.ts'
import {classFamilies} from './losses/classes.ts'
import type {Case, Entry, Families, GoldenRun} from './losses/entry.ts'
import {tupleFamilies} from './losses/tuples.ts'

const {cases, entries} = golden('losses.json') as {cases: Record<string, Case>; entries: Entry[]}
const families: Families = {...tupleFamilies, ...anchorFamilies, ...classFamilies}
const familyOf = ({library, loss}: Entry) => `${library.replace(/ \(.*/, '')} ${loss}`

describe('losses and their gradients equal the reference libraries', () => {
  test('every loss of the file is run', (context) => {
    const unknown = entries.map(familyOf).filter((family) => families[family] === undefined)
    assert.deepEqual([...new Set(unknown)], [])
    context.diagnostic(`${entries.length} cases of ${new Set(entries.map(familyOf)).size} losses`)
  })

  for (const [family, toRun] of Object.entries(families)) {
    test(family, async (context) => {
      const own = entries.filter((entry) => familyOf(entry) === family)
      assert.ok(own.length > 0, `no case of ${family}`)
      for (const entry of own) await compare(entry, cases[entry.case]!, toRun(entry, cases[entry.case]!))
      context.diagnostic(`${own.length} cases`)
    })
  }
})

/** Tolerances of the fixtures' README for float32. */
async function compare(entry: Entry, data: Case, run: GoldenRun): Promise<void> {
  const {batch, rowOf} = toBatch(data, run)
  const result = await evaluate(run.spec, batch, tensorsOf(run), run.calls)
  const {loss: lossTolerance, gradient: gradientTolerance} = run.tolerance ?? {loss: 1e-5, gradient: 5e-5}
  const expected = Number(entry.loss_value)
  assert.ok(
    Math.abs(result.loss - expected) <= lossTolerance * Math.max(0.01, Math.abs(expected)),
    `${entry.id}: loss ${result.loss}, not ${expected}`,
  )
  // A row that is in several tuples was given once for each: its gradients add up.
  const sums = (run.embeddings ?? data.embeddings).map((row) => row.map(() => 0))
  rowOf.forEach((row, slot) => {
    result.gradient[slot]!.forEach((value, column) => {
      sums[row]![column]! += value
    })
  })
  if (run.onlyFinite === true) assert.ok(result.gradient.flat().every(Number.isFinite), entry.id)
  else
    compareGradient(
      `${entry.id}, embeddings`,
      sums.flat(),
      (run.gradient ?? entry.grad_embeddings).flat(),
      gradientTolerance,
    )
  compareWeights(entry, run, result, gradientTolerance)
}

/** Rows of planned tuples are written out, one slot each; second views stand behind the first. */
function toBatch(
  {embeddings: own, labels, num_classes: classes}: Case,
  {tuples, embeddings = own, secondView, teacher, groups}: GoldenRun,
): {batch: Batch; rowOf: number[]} {
  if (secondView !== undefined) {
    const rowOf = [...embeddings.keys()]
    const plan = {group: Int32Array.from([...rowOf, ...rowOf])}
    return {batch: {embeddings: [...embeddings, ...secondView], labels: [...labels, ...labels], classes, plan}, rowOf}
  }
  if (teacher !== undefined) {
    const plan = {group: Int32Array.from(groups!)}
    return {batch: {embeddings, labels: groups!, classes, plan, teacher}, rowOf: [...embeddings.keys()]}
  }
  if (tuples === undefined) return {batch: {embeddings, labels, classes}, rowOf: [...embeddings.keys()]}
  const slots = tuples.flatMap(({anchors, positives, negatives}, group) => [
    ...anchors.map((row) => ({row, group, role: 'anchor'})),
    ...positives.map((row) => ({row, group, role: 'positive'})),
    ...negatives.map((row) => ({row, group, role: 'negative'})),
  ])
  const plan = {group: Int32Array.from(slots, ({group}) => group), role: slots.map(({role}) => role)}
  const rowOf = slots.map(({row}) => row)
  return {
    batch: {embeddings: rowOf.map((row) => embeddings[row]!), labels: rowOf.map((row) => labels[row]!), classes, plan},
    rowOf,
  }
}

function tensorsOf({weights}: GoldenRun): StateDict | undefined {
  if (weights === undefined) return undefined
  return new Map(
    Object.entries(weights).map(([name, {values}]): [string, HostTensor] => {
      const shape = Array.isArray(values[0]) ? [values.length, values[0].length] : [values.length]
      return [`loss.${name}`, {dtype: 'F32', shape, data: Float32Array.from(values.flat() as number[])}]
    }),
  )
}

function compareWeights(
  entry: Entry,
  {weights = {}}: GoldenRun,
  {weightGradients}: HostEvaluation,
  tolerance: number,
): void {
  for (const [name, {values, gradient}] of Object.entries(weights)) {
    if (gradient === undefined) continue
    const got = weightGradients.get(`loss.${name}`) ?? values.flat().map(() => 0)
    compareGradient(`${entry.id}, ${name}`, [...got], gradient.flat() as number[], tolerance)
  }
}

function compareGradient(what: string, got: readonly number[], expected: readonly number[], tolerance: number): void {
  assert.equal(got.length, expected.length, `${what}: shape of the gradient`)
  const largest = Math.max(...expected.map(Math.abs))
  const error = Math.max(...got.map((value, i) => Math.abs(value - expected[i]!)))
  assert.ok(
    error <= tolerance * Math.max(0.001, largest),
    `${what}: gradient differs by ${error} where the largest entry is ${largest}`,
  )
}
