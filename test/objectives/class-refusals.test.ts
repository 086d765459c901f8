import assert from 'node:assert/strict'
import {test} from 'node:test'
import {objectiveParameters} from '../../lib/objectives/parameters/objective.ts'
import {parseWith} from '../../lib/pipeline/complaint.ts'

const refused: Readonly<Record<string, [spec: Readonly<Record<string, unknown>>, path: string, text: RegExp]>> = {
  'a miner beside class weights': [
    {loss: 'proxy-nca', miner: {name: 'multi-similarity'}},
    'miner',
    /left out: proxy-nca compares with class weights, so there is nothing to mine/,
  ],
  'a memory beside class weights': [{loss: 'cosface', memory: {size: 64}}, 'memory', /nothing to remember/],
  'a distance beside class weights': [{loss: 'cosface', distance: {name: 'euclidean'}}, 'distance', /distance/],
  'sparse centres of one centre': [
    {loss: 'soft-triple', centers_per_class: 1, regularizers: [{name: 'sparse-centers'}]},
    'regularizers.0.name',
    /sub-center-arcface \(sub_centers\)/,
  ],
  'regularised weights of a loss without any': [
    {loss: 'triplet', regularizers: [{name: 'regular-face'}]},
    'regularizers.0.name',
    /./,
  ],
  'weights by class of terms that belong to proxies': [
    {loss: 'proxy-anchor', reducer: {name: 'class-weighted', weights: [1, 2]}},
    'reducer.name',
    /belong to proxies/,
  ],
  'an angle above 180 degrees': [{loss: 'arcface', margin: 270}, 'margin', /180/],
  'half a multiple of an angle': [{loss: 'sphereface', margin: 1.5}, 'margin', /whole number/],
}

for (const [what, [spec, path, text]] of Object.entries(refused)) {
  test(`losses against class weights refuse ${what}, at its place`, () => {
    const result = parseWith(objectiveParameters, spec)
    const complaints = 'complaints' in result ? result.complaints : []
    assert.deepEqual(
      complaints.map((complaint) => complaint.path.join('.')),
      [path],
    )
    assert.match(complaints[0]!.text, text)
  })
}

test('no miner at all may be said in words', () => {
  assert.equal(objectiveParameters.safeParse({loss: 'proxy-nca', miner: null, memory: null}).success, true)
})
