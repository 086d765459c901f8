import assert from 'node:assert/strict'
import {test} from 'node:test'
import type {Sample} from '../../bench/samples.ts'
import {renderSummary} from '../../bench/summary.ts'

function sample(contestant: string, round: number, figures: Sample['figures']): Sample {
  return {experiment: 'lab epoch, float32', contestant, round, at: '2026-01-01T00:00:00Z', figures}
}

test('a summary gives median, best and how many times better the first contestant is', () => {
  const samples = [
    sample('nearmiss', 1, {train_s: 100, train_images_per_s: 30, loss: 0.1}),
    sample('PyTorch lab', 1, {train_s: 150, train_images_per_s: 20, loss: 0.2}),
    sample('nearmiss', 2, {train_s: 80, train_images_per_s: 40, loss: 0.1}),
    sample('PyTorch lab', 2, {train_s: 210, train_images_per_s: 15, loss: 0.2}),
  ]
  const lines = renderSummary({cores: 2}, samples).split('\n')
  assert.deepEqual(lines, [
    'cores 2',
    '',
    '### lab epoch, float32',
    '',
    'Median (best) of 2 interleaved rounds; × = how many times better nearmiss is, by the medians.',
    '',
    '|  | nearmiss | PyTorch lab |',
    '| --- | --- | --- |',
    '| train, s | 90.0 (80.0) | 180.0 (150.0) ×2.00 |',
    '| training, images/s | 35.0 (40.0) | 17.5 (20.0) ×2.00 |',
    '| loss | 0.1000 | 0.2000 |',
  ])
})

test('a figure that one contestant lacks leaves its cell empty and claims no ratio', () => {
  const samples = [sample('nearmiss', 1, {command_s: 3}), sample('faiss plain', 1, {command_s: 6, search_s: 5})]
  const lines = renderSummary({}, samples).split('\n')
  assert.equal(lines.at(-2), '| search, s |  | 5.0 (5.0) |')
  assert.equal(lines.at(-1), '| whole command, s | 3.0 (3.0) | 6.0 (6.0) ×2.00 |')
})
