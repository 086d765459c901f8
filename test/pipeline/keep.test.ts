import assert from 'node:assert/strict'
import {test} from 'node:test'
import fc from 'fast-check'
import {applyKeep, chooseEpochs} from '../../lib/pipeline/keep.ts'

const best = {stage: 'evaluate', metric: 'precision_at_1'}
const measured = [0.2, 0.5, 0.7, 0.7, 0.6]
const metricAt = (_stage: string, _metric: string, epoch: number) => measured[epoch]

test('the newest epochs and the best one are kept; of equals the earliest', () => {
  assert.deepEqual([...chooseEpochs({last: 2, best}, [1, 2, 3, 4], metricAt)].sort(), [2, 3, 4])
  assert.deepEqual([...chooseEpochs({best}, [4, 3, 2, 1], metricAt)], [2])
  assert.deepEqual([...chooseEpochs({last: 1}, [9, 10], metricAt)], [10])
})

test('an epoch without its metric cannot be the best', () => {
  assert.deepEqual([...chooseEpochs({best}, [7, 8], metricAt)], [])
})

test('epochs after the present one have no claim', () => {
  const refs = {'train@1': 'k1', 'train@2': 'k2', 'train@3': 'k3', prepare: 'p'}
  const {kept, free} = applyKeep(refs, {train: {model: {last: 1}}}, 2, metricAt)
  assert.deepEqual(kept, [{node: 'train@2', key: 'k2', output: 'model'}])
  assert.deepEqual(
    free.map(({node}) => node),
    ['train@1', 'train@3'],
  )
})

test('at most last + 1 epochs are kept however long a run gets', () => {
  const epochs = fc.uniqueArray(fc.nat(200), {minLength: 1})
  fc.assert(
    fc.property(epochs, fc.integer({min: 1, max: 5}), (given, last) => {
      const chosen = chooseEpochs({last, best}, given, (_stage, _metric, epoch) => Math.sin(epoch))
      assert.ok(chosen.size <= last + 1)
      assert.ok(chosen.has(Math.max(...given)))
    }),
  )
})
