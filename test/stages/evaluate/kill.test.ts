import assert from 'node:assert/strict'
import {createHash} from 'node:crypto'
import {existsSync, readdirSync, readFileSync} from 'node:fs'
import {cp, mkdir, mkdtemp, readFile, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join, resolve} from 'node:path'
import {before, describe, type SuiteContext, test} from 'node:test'
import {setTimeout} from 'node:timers/promises'
import type {Event} from '../../../lib/pipeline/event.ts'
import {openRandom} from '../../../lib/random.ts'
import {nearmiss} from '../../cli/rig.ts'
import {parseEvents, stageOf, startWatched} from '../watched.ts'
import {writeArrow} from './files.ts'

const project = resolve(import.meta.dirname, '../../..')
const metrics = {
  // Lists alone, then ranks over all with lists, pairs of blocks for uniformity, and clusters.
  names: ['mean_average_precision', 'nmi', 'uniformity', 'never_retrieved_at_k'],
  kmeans: {start: 'plus-plus', iterations: 8},
  bootstrap: null,
}
const args = ['stage', 'evaluate', '--in', 'descriptors=d.arrow', '--in', 'labels=d.arrow', '--out', 'out', '--json']
const stage = [...args, '--set', `metrics=${JSON.stringify(metrics)}`]

describe('an evaluation that is killed at random moments ends with the same bytes', {concurrency: 2}, () => {
  let folder: string
  let pieces: string[]
  before(async (context) => {
    folder = await makeProject(context as SuiteContext)
    const {code, stdout, stderr} = await nearmiss(folder, ...stage)
    assert.equal(code, 0, stdout + stderr)
    pieces = parseEvents(stdout).flatMap((event) => (event.kind === 'progress' ? [event.progress.unit] : []))
    assert.ok(pieces.length > 60, `${pieces.length} units of work are some to be killed at`)
    assert.deepEqual(leftovers(folder), [], 'nothing is left of a stage that ended well')
  })

  const random = openRandom(0, 'kill an evaluation')
  for (let moment = 0; moment < 4; moment++) {
    const victim = moment % 2 === 0 ? 'stage' : 'runner'
    const share = random.uniform()
    const delayMs = random.below(30)
    test(`when the ${victim} dies ${delayMs} ms after ${Math.floor(100 * share)} % of its work`, async (context) => {
      const own = await mkdtemp(join(tmpdir(), 'nearmiss-evaluate-'))
      context.after(() => rm(own, {recursive: true, force: true}))
      await cp(folder, own, {recursive: true, preserveTimestamps: true})
      await rm(join(own, 'out'), {recursive: true})
      let resumedFrom = 0
      // Killed twice: what goes on from a snapshot can be killed as well.
      for (const turn of [1, 2]) {
        const killed = startWatched(own, stage)
        const units = turn === 1 ? Math.ceil(share * (pieces.length - 16)) : 3
        await killed.until((events) => unitsDone(events) >= units)
        await setTimeout(delayMs)
        process.kill(victim === 'runner' ? killed.process.pid! : stageOf(killed.process.pid!), 'SIGKILL')
        await killed.ended
        assert.ok(!existsSync(join(own, 'out', 'metrics.json')), 'it was over before the kill')
        const from = resumedFromStep(killed.events) ?? 0
        assert.ok(from >= resumedFrom)
        resumedFrom = from
      }
      const {code, stdout, stderr} = await nearmiss(own, ...stage)
      assert.equal(code, 0, stdout + stderr)
      const from = resumedFromStep(parseEvents(stdout))
      if (share > 0.2) assert.ok(from !== undefined && from > 0, 'it went on')
      assert.deepEqual(digests(own), digests(folder))
      assert.deepEqual(leftovers(own), [])
    })
  }

  test('and when it is asked to stop, it saves where it is and says so', async (context) => {
    const own = await mkdtemp(join(tmpdir(), 'nearmiss-evaluate-'))
    context.after(() => rm(own, {recursive: true, force: true}))
    await cp(folder, own, {recursive: true, preserveTimestamps: true})
    await rm(join(own, 'out'), {recursive: true})
    const stopped = startWatched(own, stage)
    await stopped.until((events) => unitsDone(events) >= 20)
    process.kill(stopped.process.pid!, 'SIGINT')
    await stopped.ended
    assert.equal(stopped.process.exitCode, 85)
    const {code, stdout} = await nearmiss(own, ...stage)
    assert.equal(code, 0)
    // All that was told was done, and nothing is done again.
    assert.ok(resumedFromStep(parseEvents(stdout))! >= 20)
    const done = unitsDone(parseEvents(stdout))
    assert.ok(done <= pieces.length - 20, `${done} of ${pieces.length} units were left`)
    assert.deepEqual(digests(own), digests(folder))
  })
})

/** The project's own pipeline, which saves whenever it can, and descriptors of so many images that they come in several blocks. */
async function makeProject(context: SuiteContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'nearmiss-evaluate-'))
  if ('after' in context)
    (context as {after(act: () => unknown): void}).after(() => rm(folder, {recursive: true, force: true}))
  const pipeline = await readFile(join(project, 'pipeline.yaml'), 'utf8')
  await writeFile(join(folder, 'pipeline.yaml'), pipeline.replaceAll(/every_seconds: \d+/g, 'every_seconds: 0'))
  await mkdir(join(folder, 'data', 'emoji'), {recursive: true})
  const [count, dim] = [11_000, 8]
  const random = openRandom('killed evaluation')
  const rows = Array.from({length: count}, (_, row) => row)
  writeArrow(join(folder, 'd.arrow'), {
    id: rows,
    label: rows.map((row) => row % 600),
    vector: rows.map((row) => {
      const centre = openRandom('centre', row % 600)
      return Array.from({length: dim}, () => centre.normal() + 0.5 * random.normal())
    }),
  })
  return folder
}

/** Of how many units of work it has told. */
function unitsDone(events: readonly Event[]): number {
  return events.filter(({kind}) => kind === 'progress').length
}

function resumedFromStep(events: readonly Event[]): number | undefined {
  const started = events.find((event) => event.kind === 'started')
  assert.ok(started?.kind === 'started')
  return started.resumedFromStep
}

/** Hashes of what came out; metrics.json names the file of classes. */
function digests(folder: string): string[] {
  const [metrics, queries] = ['metrics.json', 'queries.arrow'].map((name) => readFileSync(join(folder, 'out', name)))
  return [metrics!.toString().replaceAll(folder, '.'), queries!].map((bytes) =>
    createHash('sha256').update(bytes).digest('hex'),
  )
}

/** What only an unfinished stage has in the folder of its outputs. */
function leftovers(folder: string): string[] {
  return readdirSync(join(folder, 'out')).filter((name) => name.startsWith('.'))
}

test('the same evaluation by hand twice at a time ends well twice: one waits for the other', async (context) => {
  const folder = await mkdtemp(join(tmpdir(), 'nearmiss-evaluate-'))
  context.after(() => rm(folder, {recursive: true, force: true}))
  await cp(join(project, 'pipeline.yaml'), join(folder, 'pipeline.yaml'))
  await mkdir(join(folder, 'data', 'emoji'), {recursive: true})
  const vector = Array.from({length: 20}, (_, row) => [Math.cos(row), Math.sin(row)])
  writeArrow(join(folder, 'd.arrow'), {id: [...vector.keys()], label: vector.map((_, row) => row % 4), vector})
  const ends = await Promise.all([nearmiss(folder, ...args), nearmiss(folder, ...args)])
  assert.deepEqual(
    ends.map(({code, stderr}) => [code, stderr]),
    [
      [0, ''],
      [0, ''],
    ],
  )
  assert.deepEqual(leftovers(folder), [])
})
