import assert from 'node:assert/strict'
import {test} from 'node:test'
import {type Graph, openGraph, openGraphOf} from '../../lib/pipeline/graph.ts'
import {openRig} from './rig.ts'

function describeGraph(graph: Graph): string[] {
  return [...graph.values()].map(({id, inputs}) => {
    const sources = Object.entries(inputs).map(([input, {node, output}]) => `${input}=${node}.${output}`)
    return [id, ...sources].join(' ')
  })
}

test('advance reads the state of the epoch before, measure that of its own; nothing carries training into epoch 1', (t) => {
  const {config, catalogue} = openRig(t).request()
  assert.deepEqual(describeGraph(openGraph(config, catalogue, 2)), [
    'prepare',
    'initialize',
    'baseline numbers=prepare.numbers model=initialize.model',
    'describe-val@0 numbers=prepare.numbers model=initialize.model',
    'score@0 described=describe-val@0.described',
    'describe-all@1 numbers=prepare.numbers model=initialize.model',
    'mine@1 numbers=prepare.numbers described=describe-all@1.described',
    'train@1 batches=mine@1.batches model=initialize.model',
    'describe-val@1 numbers=prepare.numbers model=train@1.model',
    'score@1 described=describe-val@1.described',
    'describe-all@2 numbers=prepare.numbers model=train@1.model',
    'mine@2 numbers=prepare.numbers described=describe-all@2.described',
    'train@2 batches=mine@2.batches model=train@1.model training=train@1.training',
    'describe-val@2 numbers=prepare.numbers model=train@2.model',
    'score@2 described=describe-val@2.described',
  ])
})

test('outside the loop the order is that of the file, as far as sources allow', (t) => {
  const {config, catalogue} = openRig(t).request()
  const {stages} = config.pipeline
  const orders = [
    ['baseline', 'initialize', 'prepare'],
    ['initialize', 'baseline', 'prepare'],
  ].map((names) => {
    const sorted = {...Object.fromEntries(names.map((name) => [name, stages[name]!])), ...stages}
    return [...openGraph({...config, pipeline: {...config.pipeline, stages: sorted}}, catalogue, 0).keys()].slice(0, 3)
  })
  assert.deepEqual(orders, [
    ['prepare', 'initialize', 'baseline'],
    ['initialize', 'prepare', 'baseline'],
  ])
})

test('who only feeds unneeded inputs is not there', (t) => {
  const {config, catalogue} = openRig(t).request({set: ['mining={sampler: all, from_epoch: 2}']})
  const nodes = [...openGraph(config, catalogue, 2).keys()]
  assert.equal(nodes.includes('describe-all@1'), false)
  assert.equal(nodes.includes('describe-all@2'), true)
})

test('a measurement that only feeds unneeded inputs of others is not there, and one that nobody reads is', (t) => {
  const {config, catalogue} = openRig(t).request()
  const {measure} = config.pipeline.loop
  const {score} = catalogue.stages
  const described = score!.inputs.described!
  const withInput = (isNeeded: boolean) => {
    const stages = {
      ...catalogue.stages,
      score: {...score!, inputs: {described, other: {...described, needed: () => isNeeded}}},
    }
    const entries = {
      ...measure,
      'describe-other': measure['describe-val']!,
      score: {...measure.score!, in: {...measure.score!.in, other: {stage: 'describe-other', output: 'described'}}},
      alone: {...measure['describe-val']!, run: measure['describe-val']!.run ?? 'describe-val'},
    }
    const loop = {...config.pipeline.loop, measure: entries}
    return [...openGraph({...config, pipeline: {...config.pipeline, loop}}, {...catalogue, stages}, 0).keys()]
  }
  const others = ['prepare', 'initialize', 'baseline', 'describe-val@0']
  assert.deepEqual(withInput(false), [...others, 'score@0', 'alone@0'])
  assert.deepEqual(withInput(true), [...others, 'describe-other@0', 'score@0', 'alone@0'])
})

test('a stage gets the values that it declares and no others', (t) => {
  const {config, catalogue} = openRig(t).request()
  const graph = openGraph(config, catalogue, 1)
  assert.deepEqual(graph.get('mine@1')!.values, {mining: {sampler: 'all', from_epoch: 1}, seed: 1, epoch: 1})
  assert.deepEqual(graph.get('describe-val@1')!.values, {split: 'val'})
})

test('a late epoch has room: its sources are thousands deep', (t) => {
  const {config, catalogue} = openRig(t).request()
  const nodes = [...openGraphOf('score@20000', config, catalogue).keys()]
  assert.equal(nodes.length, 2 + 3 * 20_000 + 2)
  assert.deepEqual(nodes.slice(-2), ['describe-val@20000', 'score@20000'])
})
