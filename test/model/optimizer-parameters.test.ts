import assert from 'node:assert/strict'
import {readdirSync} from 'node:fs'
import {resolve} from 'node:path'
import {describe, test} from 'node:test'
import {optimizerParameters} from '../../lib/model/optimizer-parameters.ts'
import {parseWith} from '../../lib/pipeline/complaint.ts'

describe('optimiser parameters', () => {
  test('name exactly the optimisers that have a file', () => {
    const shared = ['adam-update.ts', 'load.ts', 'optimizer.ts', 'variable.ts']
    const names = optimizerParameters.options.map(({shape}) => `${shape.name.value}.ts`)
    const files = readdirSync(resolve(import.meta.dirname, '../../lib/engine/optimizers'))
    assert.deepEqual([...names, ...shared].sort(), files.sort())
  })

  test("fill in PyTorch's defaults", () => {
    const common = {
      clip_norm: null,
      clip_value: null,
      accumulate: 1,
      accumulate_gradients: 'mean',
      ema: null,
      skip_zero_loss: true,
      chunk: null,
      groups: [],
    }
    const adam = {betas: [0.9, 0.999], eps: 1e-8, amsgrad: false}
    const expected = {
      sgd: {momentum: 0, dampening: 0, weight_decay: 0, nesterov: false},
      adam: {...adam, weight_decay: 0},
      adamw: {...adam, weight_decay: 0.01},
      rmsprop: {alpha: 0.99, eps: 1e-8, weight_decay: 0, momentum: 0, centered: false},
    }
    for (const [name, own] of Object.entries(expected))
      assert.deepEqual(optimizerParameters.parse({name, lr: 0.1}), {name, lr: 0.1, ...common, ...own})
  })

  const refused: [string, object, string[]][] = [
    [
      'an unknown optimiser',
      {name: 'lion', lr: 1},
      ['name must be "sgd" or "adam" or "adamw" or "rmsprop", got "lion"'],
    ],
    [
      'momentum for AdamW',
      {name: 'adamw', lr: 1, momentum: 0.9},
      [
        'momentum is not known; known: accumulate, accumulate_gradients, amsgrad, betas, chunk, clip_norm, clip_value, ema, eps, groups, lr, name, skip_zero_loss, weight_decay',
      ],
    ],
    [
      'betas for SGD',
      {name: 'sgd', lr: 1, betas: [0.9, 0.99]},
      [
        'betas is not known; known: accumulate, accumulate_gradients, chunk, clip_norm, clip_value, dampening, ema, groups, lr, momentum, name, nesterov, skip_zero_loss, weight_decay',
      ],
    ],
    [
      'Nesterov without momentum, or with dampening',
      {name: 'sgd', lr: 1, nesterov: true, dampening: 0.5},
      [
        'nesterov must be false without momentum, or momentum more than 0, got true',
        'dampening must be 0 with nesterov: true, got 0.5',
      ],
    ],
    [
      'two ways of clipping',
      {name: 'adam', lr: 1, clip_norm: 1, clip_value: 1},
      [
        'clip_value must be null beside clip_norm, or clip_norm null, got 1 (largest entry of a gradient, up or down; null: no clipping)',
      ],
    ],
    [
      'a group with two rates',
      {name: 'adam', lr: 1, groups: [{match: 'bn', lr: 1, lr_multiplier: 2}]},
      ['groups.0 must have lr or lr_multiplier, not both, got {"match":"bn","lr":1,"lr_multiplier":2}'],
    ],
    [
      'momentum for a group of Adam',
      {name: 'adam', lr: 1, groups: [{match: 'bn', momentum: 0.5}]},
      ['groups.0.momentum is not known; known: lr, lr_multiplier, match, weight_decay'],
    ],
    [
      'half an expression',
      {name: 'adam', lr: 1, groups: [{match: '('}]},
      ['groups.0.match must be a regular expression, got "("'],
    ],
    [
      'averages that never change',
      {name: 'adam', lr: 1, ema: {decay: 1}},
      ['ema.decay must be less than 1, got 1 (share of the average that stays at each step)'],
    ],
    ['no learning rate', {name: 'adam'}, ['lr is missing: it must be a number']],
  ]
  for (const [what, spec, expected] of refused) {
    test(`refuse ${what}`, () => {
      const parsed = parseWith(optimizerParameters, spec)
      assert.ok('complaints' in parsed)
      assert.deepEqual(
        parsed.complaints.map(({text}) => text),
        expected,
      )
    })
  }
})
