import assert from 'node:assert/strict'
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {type TestContext, test} from 'node:test'
import type {StoredNode} from '../../../lib/cli/report/artifacts.ts'
import {gatherTimeline} from '../../../lib/cli/report/timeline.ts'

test('test sets that have names have curves of their own beside those of the means', async (context) => {
  const sets = [
    {name: 'vehicle-id-800', metrics: {precision_at_1: 0.5, map_at_r: null}},
    {name: 'vehicle-id-1600', metrics: {precision_at_1: 0.7}},
  ]
  const node = measuredNode(context, {metrics: {precision_at_1: 0.6}, sets})
  const {scalars} = await gatherTimeline([node])
  const at = {step: 3, time: Date.parse('2026-01-01T00:00:00Z') / 1000 + 2}
  assert.deepEqual(scalars, [
    {tag: 'val/precision_at_1', ...at, value: 0.6},
    {tag: 'val/vehicle-id-800/precision_at_1', ...at, value: 0.5},
    {tag: 'val/vehicle-id-1600/precision_at_1', ...at, value: 0.7},
  ])
})

function measuredNode(context: TestContext, metrics: unknown): StoredNode {
  const folder = mkdtempSync(join(tmpdir(), 'nearmiss-timeline-'))
  context.after(() => rmSync(folder, {recursive: true}))
  const file = join(folder, 'metrics.json')
  writeFileSync(file, JSON.stringify(metrics))
  const record = {
    schema: 1,
    stage: 'evaluate',
    values: {split: 'val'},
    inputs: {},
    external: {},
    code: {},
    numerics: {},
  } as const
  const who = {schema: 1, key: 'k', node: 'evaluate@3', run: 'demo', outputs: {}, facts: {}} as const
  const manifest = {...who, record, startedAt: '2026-01-01T00:00:00Z', seconds: 2}
  return {node: 'evaluate@3', epoch: 3, key: 'k', manifest, files: {metrics: file}}
}
