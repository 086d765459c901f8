import assert from 'node:assert/strict'
import {createHash} from 'node:crypto'
import {existsSync, readdirSync, readFileSync} from 'node:fs'
import {rm} from 'node:fs/promises'
import {join} from 'node:path'
import {before, describe, type TestContext, test} from 'node:test'
import {setTimeout} from 'node:timers/promises'
import type {Event} from '../../lib/pipeline/event.ts'
import {readRefs} from '../../lib/pipeline/runs.ts'
import {openRandom} from '../../lib/random.ts'
import {nearmiss} from '../cli/rig.ts'
import {copyProject, type TinyProject, tinyProject} from './tiny-project.ts'
import {parseEvents, stageOf, startWatched} from './watched.ts'

const modes = [
  {title: 'live batch norm', set: ['model.batchnorm=live'], moments: 20},
  {title: 'frozen batch norm', set: ['model.batchnorm=frozen'], moments: 20},
  {
    title: 'proxies at a rate of their own',
    set: ['objective={loss: proxy-anchor}', "optimizer.groups=[{match: '^loss[.]', lr: 0.05}]"],
    moments: 3,
  },
  {
    title: 'drop-out',
    set: ['model.batchnorm=frozen', 'model.embedding={size: 8}', 'model.dropout=0.3'],
    moments: 2,
  },
]
const run = ['run', '--epochs', '1', '--json']

for (const {title, set: settings, moments} of modes) {
  describe(`an epoch with ${title} that is killed at random moments`, {concurrency: 2}, () => {
    let finished: TinyProject
    let checkpoint: string
    before(async (context) => {
      finished = await tinyProject(context as TestContext, ...settings)
      const {code, stdout, stderr} = await nearmiss(finished.folder, ...run, ...finished.set)
      assert.equal(code, 0, stdout + stderr)
      checkpoint = digestOfCheckpoint(finished.folder)
    })
    const random = openRandom(0, 'kill', title)
    for (let moment = 0; moment < moments; moment++) {
      const victim = random.below(2) === 0 ? 'stage' : 'runner'
      const step = random.below(16)
      const delayMs = random.below(40)
      test(`ends with the same bytes: the ${victim} dies ${delayMs} ms after step ${step}`, async (context) => {
        const {folder, set} = await copyProject(context, finished)
        await forgetTraining(folder)
        const killed = startWatched(folder, [...run, ...set])
        await killed.until((events) => events.some((event) => hasTrained(event, step)))
        await setTimeout(delayMs)
        process.kill(victim === 'runner' ? killed.process.pid! : stageOf(killed.process.pid!), 'SIGKILL')
        await killed.ended
        // The kill landed where it was meant: in the midst of training, before anything was committed.
        assert.ok(!existsSync(entryOfTraining(folder)), 'the epoch was over before the kill')
        if (victim === 'runner') assert.equal(killed.process.signalCode, 'SIGKILL')
        else assert.equal(killed.events.find(({kind}) => kind === 'failed')?.kind, 'failed')

        const {code, stdout, stderr} = await nearmiss(folder, ...run, ...set)
        assert.equal(code, 0, stdout + stderr)
        const started = parseEvents(stdout).filter((event) => event.kind === 'started')
        assert.deepEqual(
          started.map(({node}) => node),
          ['train-epoch@1'],
        )
        // Step `step` was over; its own snapshot, every third step, may still have been under way.
        const safe = 3 * Math.floor((step - 1) / 3)
        assert.ok(safe <= 0 || started[0]!.resumedFromStep! >= safe, `went on from ${started[0]!.resumedFromStep}`)
        assert.equal(digestOfCheckpoint(folder), checkpoint)
        assert.deepEqual(halfEntries(folder), [])
      })
    }
  })
}

/** Whether it tells that training is over its step `step`; of step 0, that it has started. */
function hasTrained(event: Event, step: number): boolean {
  if (step === 0) return event.kind === 'started' && event.node === 'train-epoch@1'
  return event.kind === 'progress' && event.node === 'train-epoch@1' && event.progress.done >= step
}

/** Takes the first epoch's checkpoint out of the store; what was made before and from it stays. */
async function forgetTraining(folder: string): Promise<void> {
  await rm(entryOfTraining(folder), {recursive: true})
}

function entryOfTraining(folder: string): string {
  const artifacts = join(folder, 'artifacts')
  const key = readRefs(artifacts, 'demo')['train-epoch@1']!
  return join(artifacts, 'store', key.slice(0, 2), key)
}

function digestOfCheckpoint(folder: string): string {
  const files = ['model', 'training'].map((name) => readFileSync(join(entryOfTraining(folder), `${name}.safetensors`)))
  return createHash('sha256').update(Buffer.concat(files)).digest('hex')
}

/** Folders of the store without a manifest: there must never be one. */
function halfEntries(folder: string): string[] {
  const store = join(folder, 'artifacts', 'store')
  const entries = readdirSync(store).flatMap((prefix) =>
    readdirSync(join(store, prefix)).map((key) => join(store, prefix, key)),
  )
  return entries.filter((entry) => !existsSync(join(entry, 'manifest.json')))
}
