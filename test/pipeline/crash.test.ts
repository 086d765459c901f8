import assert from 'node:assert/strict'
import {createHash} from 'node:crypto'
import {existsSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {before, describe, type TestContext, test} from 'node:test'
import {crashPoints} from '../../lib/pipeline/crash.ts'
import {listKeys} from '../../lib/pipeline/store.ts'
import {openRig, type Rig, type RigOptions} from './rig.ts'

const inStage = /snapshot|scratch$/
const whenDropping = /dropped$/
const isOfStage = (point: string) => inStage.test(point) && !point.endsWith('remove-scratch')

/** A second run over a first one's store: it trains once, with snapshots; the next epoch of the first run drops outputs as well. */
const training: RigOptions = {run: 'b', epochs: 1, set: ['objective.margin=0.2']}
const dropping: RigOptions = {run: 'toy', epochs: 2}

let base: Rig
const expected = new Map<RigOptions, string>()
before(async (t) => {
  base = openRig(t as TestContext)
  assert.equal((await base.run({epochs: 1})).exitCode, 0)
  for (const options of [training, dropping]) {
    const straight = openRig(t as TestContext, base)
    assert.equal((await straight.run(options)).exitCode, 0)
    expected.set(options, digestOf(straight, options))
  }
})

describe('a run killed at any point of a commit goes on to the same bytes', {concurrency: 2}, () => {
  for (const point of crashPoints) {
    const options = whenDropping.test(point) ? dropping : training
    test(`${point} in the ${isOfStage(point) ? 'stage' : 'runner'}`, (t) => crashAndGoOn(t, `${point}:1`, options))
  }
  for (const point of [
    'before-rename-entry:2',
    'after-fsync-refs:3',
    'before-fsync-output:2',
    'after-rename-snapshot:2',
  ]) {
    test(`${point} (a later occasion)`, (t) => crashAndGoOn(t, point, training))
  }
})

async function crashAndGoOn(t: TestContext, crash: string, options: RigOptions): Promise<void> {
  const rig = openRig(t, base)
  const killed = rig.start({...options, env: {NEARMISS_CRASH: crash}})
  const {exitCode, events} = await killed.done()
  if (isOfStage(crash.split(':')[0]!)) {
    assert.equal(exitCode, 1, killed.errors)
    const failed = events.find((event) => event.kind === 'failed')
    assert.deepEqual(
      [failed?.node, failed?.problems[0]],
      ['train@1', 'the stage was killed (SIGKILL); is memory short?'],
    )
  } else {
    assert.equal(killed.process.signalCode, 'SIGKILL', `the kill did not land: exit ${exitCode} ${killed.errors}`)
  }
  assert.deepEqual(await rig.faults(), [], 'a kill left something half written')
  const before = new Set(listKeys(rig.artifacts))
  const again = await rig.run(options)
  assert.equal(again.exitCode, 0)
  const twice = again.events.flatMap((event) =>
    event.kind === 'committed' && before.has(event.key) ? [event.node] : [],
  )
  assert.deepEqual(twice, [], 'what was committed is not computed again')
  assert.equal(digestOf(rig, options), expected.get(options))
  assert.deepEqual(await rig.faults(), [])
  assert.equal(
    existsSync(join(rig.artifacts, 'scratch', keyOfTraining(rig, options))),
    false,
    'snapshots go with the commit',
  )
}

function digestOf(rig: Rig, {run, epochs}: RigOptions): string {
  const files = ['model', 'training'].map((output) => readFileSync(rig.output(`train@${epochs}`, output, run)))
  return createHash('sha256').update(Buffer.concat(files)).digest('hex')
}

function keyOfTraining(rig: Rig, {run, epochs}: RigOptions): string {
  return rig.output(`train@${epochs}`, 'model', run).split('/').at(-2)!
}
