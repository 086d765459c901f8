import assert from 'node:assert/strict'
import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, test} from 'node:test'
import type {StateDict} from '../../lib/engine/state-dict.ts'
import {tf} from '../../lib/engine/tensorflow.ts'
import {openObjective} from '../../lib/objectives/objective.ts'
import {objectiveParameters} from '../../lib/objectives/parameters/objective.ts'

interface MemoryGolden {
  readonly size: number
  /** [steps][rows][dim] */
  readonly embeddings: number[][][]
  readonly labels: number[][]
  readonly entries: readonly {
    readonly spec: {readonly loss: string}
    readonly steps: readonly {readonly loss: number; readonly gradient: number[][]}[]
  }[]
}

/** Made by bench/peers/memory_golden.py. */
const {size, embeddings, labels, entries} = JSON.parse(
  readFileSync(join(import.meta.dirname, 'memory.json'), 'utf8'),
) as MemoryGolden

describe('losses with a memory of earlier batches equal CrossBatchMemory, until the memory is full and after', () => {
  for (const {spec, steps} of entries) {
    test(JSON.stringify(spec), async () => {
      for (const [step, result] of (await run(spec, [...steps.keys()])).entries())
        assertEqual(result, steps[step]!, step)
    })

    test(`${JSON.stringify(spec)} goes on from a checkpoint to the bit`, async () => {
      const whole = await run(spec, [0, 1, 2, 3, 4, 5])
      const first = await run(spec, [0, 1, 2])
      const rest = await run(spec, [3, 4, 5], first.at(-1)!.state)
      assert.deepEqual(rest, whole.slice(3))
    })
  }
})

test('before start_step a batch is compared with itself alone, and not remembered', async () => {
  const spec = {loss: 'contrastive', memory: {size, start_step: 2}}
  const [first, second, third] = await run(spec, [0, 1, 2])
  const [plainFirst, plainSecond] = await run({loss: 'contrastive', memory: null}, [0, 1])
  assert.deepEqual([first!.loss, second!.loss], [plainFirst!.loss, plainSecond!.loss])
  assert.deepEqual(
    [first, third].map((one) => one!.state.get('loss.memory')!.shape),
    [
      [0, 6],
      [12, 6],
    ],
  )
})

test('a batch that the memory cannot hold, and a memory of another size, are refused with what to do', async () => {
  await assert.rejects(
    run({loss: 'contrastive', memory: {size: 8}}, [0]),
    /batch of 12 does not fit into objective\.memory\.size 8/,
  )
  const [{state}] = (await run({loss: 'contrastive'}, [0])) as [Result]
  await assert.rejects(run({loss: 'contrastive', memory: {size: 11}}, [1], state), /remembers 12 embeddings of 6/)
})

interface Result {
  readonly loss: number
  readonly gradient: number[][]
  readonly state: StateDict
}

async function run(spec: object, steps: readonly number[], tensors?: StateDict): Promise<Result[]> {
  const parsed = objectiveParameters.parse({memory: {size}, ...spec})
  const objective = await openObjective(parsed, {dim: 6, classes: 6, seed: 0, tensors})
  return steps.map((step) => {
    const input = tf.tensor2d(embeddings[step]!)
    const {loss, gradient} = objective.evaluate(input, {
      labels: Int32Array.from(labels[step]!),
      group: Int32Array.from(labels[step]!),
      role: labels[step]!.map(() => 'member'),
      stepSeed: 0,
    })
    const rows = gradient.arraySync()
    tf.dispose([input, gradient])
    return {loss, gradient: rows, state: objective.state()}
  })
}

/** Tolerances of the fixtures' README for float32. */
function assertEqual(result: Result, expected: {readonly loss: number; readonly gradient: number[][]}, step: number) {
  const difference = Math.abs(result.loss - expected.loss)
  assert.ok(difference <= 1e-5 * Math.max(0.01, expected.loss), `step ${step}: ${result.loss}, not ${expected.loss}`)
  const flat = expected.gradient.flat()
  const largest = Math.max(...flat.map(Math.abs))
  const error = Math.max(...result.gradient.flat().map((value, i) => Math.abs(value - flat[i]!)))
  assert.ok(error <= 5e-5 * Math.max(0.001, largest), `step ${step}: gradient off by ${error} of ${largest}`)
}
