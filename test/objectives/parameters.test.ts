import assert from 'node:assert/strict'
import {readdirSync} from 'node:fs'
import {resolve} from 'node:path'
import {describe, test} from 'node:test'
import type {ZodType} from 'zod'
import {lossCards} from '../../lib/objectives/losses/cards.ts'
import {minerCards} from '../../lib/objectives/miners/cards.ts'
import {miningParameters} from '../../lib/objectives/parameters/mining.ts'
import {objectiveParameters} from '../../lib/objectives/parameters/objective.ts'
import {scheduleParameters} from '../../lib/objectives/parameters/schedule.ts'
import {teacherlessObjective} from '../../lib/objectives/parameters/teacherless.ts'
import {regularizerCards} from '../../lib/objectives/regularizers/cards.ts'
import {usesDescriptors} from '../../lib/objectives/uses-descriptors.ts'
import {parseWith} from '../../lib/pipeline/complaint.ts'

const folder = resolve(import.meta.dirname, '../../lib/objectives')

describe('parameters', () => {
  test('name exactly the losses that have a file', () => {
    const files = lossCards.flatMap(({name}) => [`${name}.ts`, `${name}.card.ts`])
    assert.deepEqual([...files, 'cards.ts'].sort(), readdirSync(resolve(folder, 'losses')).sort())
  })

  test('name exactly the miners that have a file', () => {
    const files = minerCards.flatMap(({name}) => [`${name}.ts`, `${name}.card.ts`])
    assert.deepEqual([...files, 'cards.ts', 'miner.ts'].sort(), readdirSync(resolve(folder, 'miners')).sort())
  })

  test('name exactly the regularisers that have a file', () => {
    const files = regularizerCards.flatMap(({name}) => [`${name}.ts`, `${name}.card.ts`])
    const found = readdirSync(resolve(folder, 'regularizers')).sort()
    assert.deepEqual([...files, 'cards.ts', 'regularizer.ts'].sort(), found)
  })

  test('name samplers that have a file', () => {
    const files = readdirSync(resolve(folder, 'samplers'))
    for (const {shape} of miningParameters.options) assert.ok(files.includes(`${shape.sampler.value}.ts`))
  })

  test('fill in the published settings', () => {
    assert.deepEqual(objectiveParameters.parse({loss: 'triplet'}), {
      loss: 'triplet',
      margin: 0.1,
      swap: false,
      smooth: false,
      distance: {name: 'squared', normalise: true},
      reducer: {name: 'mean'},
      miner: null,
      memory: null,
      positives: 'class',
      regularizers: [],
    })
    assert.deepEqual(miningParameters.parse({sampler: 'hard-triplets'}), {
      sampler: 'hard-triplets',
      pool: 30,
      neighbours: 'exact',
      triplets_per_batch: 64,
      passes: 1,
      iterations: null,
    })
  })

  const refused: [what: string, schema: ZodType, value: unknown, where: string][] = [
    ['a margin that is a word', objectiveParameters, {loss: 'triplet', margin: 'abc'}, 'margin'],
    ['a temperature of 0', objectiveParameters, {loss: 'supcon', temperature: 0}, 'temperature'],
    ['a loss that needs a teacher', teacherlessObjective, {loss: 'rkd'}, 'loss'],
    [
      'a loss that needs a teacher among several',
      teacherlessObjective,
      {loss: 'multiple', losses: [{objective: {loss: 'triplet'}}, {objective: {loss: 'raml'}}]},
      'losses.1.objective.loss',
    ],
    ['lp without its exponent', objectiveParameters, {loss: 'triplet', distance: {name: 'lp'}}, 'distance.p'],
    ['an exponent of no use', objectiveParameters, {loss: 'triplet', distance: {name: 'snr', p: 3}}, 'distance.p'],
    [
      'a penalty on class weights where there are none',
      objectiveParameters,
      {loss: 'triplet', regularizers: [{name: 'regular-face'}]},
      'regularizers.0.name',
    ],
    [
      'several losses inside several',
      objectiveParameters,
      {loss: 'multiple', losses: [{objective: {loss: 'multiple', losses: []}}]},
      'losses.0.objective.loss',
    ],
    ['an unknown loss', objectiveParameters, {loss: 'triplets'}, 'loss'],
    ['a memory of views', objectiveParameters, {loss: 'ntxent', positives: 'image', memory: {size: 100}}, 'memory'],
    ['half an image', miningParameters, {sampler: 'hard-triplets', pool: 1.5}, 'pool'],
    ['an unknown schedule', scheduleParameters, {name: 'cos'}, 'name'],
  ]
  for (const [what, schema, value, where] of refused) {
    test(`refuse ${what}, at its place`, () => {
      const result = parseWith(schema, value)
      assert.deepEqual('complaints' in result && result.complaints.map(({path}) => path.join('.')), [where])
    })
  }

  test('guess which sampler was meant', () => {
    const result = parseWith(miningParameters, {sampler: 'hard-triplet'})
    const [complaint] = 'complaints' in result ? result.complaints : []
    assert.match(complaint!.text, /^sampler cannot be "hard-triplet"; did you mean "hard-triplets"\?$/)
  })

  test('refuse unknown keys', () => {
    const result = parseWith(objectiveParameters, {loss: 'supcon', margin: 1})
    assert.match('complaints' in result ? result.complaints[0]!.text : '', /^margin is not known/)
  })

  test('tell which plans need descriptors', () => {
    const near = miningParameters.parse({sampler: 'near-classes', from_epoch: 3})
    assert.deepEqual(
      [1, 2, 3, 4].map((epoch) => usesDescriptors(near, epoch)),
      [false, false, true, true],
    )
    assert.equal(usesDescriptors(miningParameters.parse({sampler: 'hard-triplets'}), 1), true)
    for (const sampler of ['distance-weighted', 'cluster-negatives', 'class-groups'])
      assert.equal(usesDescriptors(miningParameters.parse({sampler}), 1), true)
    assert.equal(usesDescriptors(miningParameters.parse({sampler: 'class-groups', negatives: 0}), 1), false)
    assert.equal(usesDescriptors(miningParameters.parse({sampler: 'random-triplets'}), 1), false)
    assert.equal(usesDescriptors(miningParameters.parse({sampler: 'classes'}), 9), false)
  })
})
