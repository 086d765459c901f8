import assert from 'node:assert/strict'
import {describe, test} from 'node:test'
import {miningParameters} from '../../lib/objectives/parameters/mining.ts'
import {misfits} from '../../lib/objectives/parameters/misfits.ts'
import {objectiveParameters} from '../../lib/objectives/parameters/objective.ts'

const onePerClass = {sampler: 'one-per-class'}
const views = {sampler: 'views'}

describe('a loss and a sampler that do not go together are refused, with what does', () => {
  const refused: [object, object, string][] = [
    [
      onePerClass,
      {loss: 'n-pair'},
      'mining.sampler must not be one-per-class: n-pair learns from pairs of images of a class. Use a sampler with images_per_class, such as m-per-class or classes, or a loss against class weights',
    ],
    [
      {sampler: 'm-per-class', images_per_class: 1},
      {loss: 'fastap'},
      'mining.images_per_class must be at least 2: fastap learns from pairs of images of a class',
    ],
    [{sampler: 'shuffle'}, {loss: 'vicreg'}, 'mining.sampler must be views: vicreg compares two views of every image'],
    [{...views, views: 3}, {loss: 'vicreg'}, 'mining.views must be 2: vicreg compares two views of every image'],
    [
      {sampler: 'classes'},
      {loss: 'ntxent', positives: 'image'},
      'objective.positives must be class with mining.sampler classes, which plans one view of an image; mining.sampler views plans several',
    ],
    [
      {sampler: 'classes'},
      {loss: 'multiple', losses: [{objective: {loss: 'triplet'}}, {objective: {loss: 'ntxent', positives: 'image'}}]},
      'objective.losses.1.objective.positives must be class with mining.sampler classes, which plans one view of an image; mining.sampler views plans several',
    ],
    [
      {sampler: 'hard-triplets'},
      {loss: 'triplet', miner: {name: 'semi-hard'}},
      'objective.miner must be null with mining.sampler hard-triplets, which plans the tuples; for it, take a sampler of plain batches, such as classes or m-per-class',
    ],
    [
      {sampler: 'class-groups'},
      {loss: 'contrastive', memory: {size: 1000}},
      'objective.memory must be null with mining.sampler class-groups, which plans the tuples; for it, take a sampler of plain batches, such as classes or m-per-class',
    ],
    [
      {sampler: 'classes', classes_per_batch: 1},
      {loss: 'triplet', miner: {name: 'n-pair'}},
      'mining.classes_per_batch must be at least 2: triplet learns from pairs of images of different classes, and a batch would have one class',
    ],
    [
      {sampler: 'm-per-class', batch_size: 4, images_per_class: 4},
      {loss: 'fastap'},
      'mining.batch_size must be at least 8: fastap learns from pairs of images of different classes, and a batch would have one class',
    ],
    [
      {sampler: 'm-per-class', images_per_class: 1},
      {loss: 'n-pair', miner: {name: 'n-pair'}},
      'mining.images_per_class must be at least 2: n-pair learns from pairs of images of a class',
    ],
  ]
  for (const [mining, objective, message] of refused) {
    test(message, () => assert.deepEqual(refusals(mining, objective), [message]))
  }
})

test('what goes together is let through', () => {
  const allowed: [object, object][] = [
    [onePerClass, {loss: 'arcface'}],
    [onePerClass, {loss: 'instance'}],
    [onePerClass, {loss: 'contrastive', memory: {size: 1000}}],
    [views, {loss: 'vicreg'}],
    [
      {...views, views: 4},
      {loss: 'ntxent', positives: 'image'},
    ],
    [views, {loss: 'triplet'}],
    [{sampler: 'hard-triplets'}, {loss: 'triplet'}],
    [
      {sampler: 'class-groups', negatives: 0},
      {loss: 'triplet', miner: {name: 'batch-hard'}},
    ],
    [
      {sampler: 'classes', classes_per_batch: 1},
      {loss: 'contrastive', memory: {size: 1000}},
    ],
    [{sampler: 'class-groups', classes_per_batch: 1}, {loss: 'triplet'}],
  ]
  for (const [mining, objective] of allowed) assert.deepEqual(refusals(mining, objective), [])
})

function refusals(mining: object, objective: object): string[] {
  const found = misfits({mining: miningParameters.parse(mining), objective: objectiveParameters.parse(objective)})
  return found.map(({path, text}) => `${path.join('.')} ${text}`)
}
