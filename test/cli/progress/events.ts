import {applyEvent, emptyView, type RunView} from '../../../lib/cli/progress/view.ts'
import type {Event} from '../../../lib/pipeline/event.ts'

type Body = Event extends infer One ? (One extends Event ? Omit<One, 'at'> : never) : never

/** An event some seconds after noon. */
export function after(seconds: number, body: Body): Event {
  return {at: new Date(noonMs + seconds * 1000).toISOString(), ...body} as Event
}

export const noonMs = Date.parse('2026-01-01T12:00:00.000Z')

/** The view after events. */
export function viewOf(...events: readonly Event[]): RunView {
  return events.reduce(applyEvent, emptyView)
}

/** An epoch in the middle of training. */
export const midEpoch: readonly Event[] = [
  after(0, {kind: 'run-started', run: 'demo', epochs: 8, pid: 7}),
  after(1, {kind: 'hit', node: 'prepare-splits', key: 'aaaaaaaa'}),
  after(2, {kind: 'hit', node: 'extract-train@2', key: '77c1aabb'}),
  after(2, {kind: 'started', node: 'mine-negatives@2', key: 'bbbb', reason: 'never computed'}),
  after(5, {kind: 'committed', node: 'mine-negatives@2', key: 'bbbb', seconds: 3, bytes: 1200, facts: {}}),
  after(5, {kind: 'started', node: 'train-epoch@2', key: 'cccc', reason: 'never computed'}),
  after(10, {
    kind: 'progress',
    node: 'train-epoch@2',
    progress: {done: 0, total: 43, unit: 'steps'},
  }),
  after(20, {
    kind: 'progress',
    node: 'train-epoch@2',
    progress: {done: 10, total: 43, unit: 'steps', figures: {'images/s': 128.04, loss: 2.3104, 'wait ms': 0.21}},
  }),
]
