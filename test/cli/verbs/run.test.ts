import assert from 'node:assert/strict'
import {after, before, describe, test} from 'node:test'
import {nearmiss, toyProject} from '../rig.ts'

// Every test goes on where the one before stopped, as a person does; a stage is a process, so this saves most of the time.
describe('A run from nothing', () => {
  let project: string
  const cleanUp: (() => Promise<void>)[] = []
  before(async () => {
    project = await toyProject({after: (action) => void cleanUp.push(action)})
  })
  after(() => Promise.all(cleanUp.map((action) => action())))

  test('plan tells what will run and exits with 3', async () => {
    const {code, stdout} = await nearmiss(project, 'plan', '--epochs', '1')
    assert.equal(code, 3)
    const lines = stdout.split('\n')
    assert.equal(lines[0], 'run demo, up to epoch 1')
    assert.ok(lines.includes('  epoch 1  mine-negatives    run    never computed'), stdout)
    assert.ok(lines.includes('8 to run, 0 maybe, 0 hits.'), stdout)
  })

  test('status of no run says how to start one', async () => {
    assert.deepEqual(await nearmiss(project, 'status', '--json'), {
      code: 2,
      stdout: '',
      stderr: 'nearmiss: There is no run yet. Start one: make epoch\n',
    })
  })

  test('epoch computes the untrained model and epoch 1 and ends with their table, in plain lines', async () => {
    const {code, stdout, stderr} = await nearmiss(project, 'epoch')
    assert.deepEqual([code, stderr], [0, ''])
    assert.ok(!stdout.includes('\r') && !stdout.includes('\u001B'), 'a pipe gets plain lines only')
    assert.match(stdout, /^\d\d:\d\d:\d\d run demo: up to epoch 1 \(process \d+\)\n/)
    assert.match(stdout, /\n\d\d:\d\d:\d\d prepare-splits: 4 images of 2 classes\n/)
    const table = stdout.slice(stdout.indexOf('\nepoch ') + 1).replaceAll(/ +[\d.]+ s\b/g, ' T')
    assert.match(
      table,
      new RegExp(
        [
          '^epoch +loss  active  precision@1   MAP@R  images/s +time',
          'raw 16x16 pixels       -       -       0\\.3500  0\\.1750         - +-',
          '0 untrained            -       -       0\\.2000  0\\.1000         - T',
          '1                 0\\.5000   25\\.0%       0\\.3000  0\\.1500     1,000 T  best',
          'no epoch is above raw pixels, the line to beat: precision@1 0\\.3500',
          'run demo: 8 stages computed, 0 hits \\([^)]+\\)',
          '$',
        ].join('\n'),
      ),
    )
  })

  test('epoch again computes epoch 2 only', async () => {
    const {stdout} = await nearmiss(project, 'epoch', '--json')
    const events = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as {kind: string; node?: string})
    const started = events.filter(({kind}) => kind === 'started').map(({node}) => node)
    assert.deepEqual(started, ['mine-negatives@2', 'train-epoch@2', 'evaluate@2'])
    assert.equal(events.at(-1)!.kind, 'run-finished')
  })

  test('run as far as it is has nothing to do', async () => {
    const {code, stdout} = await nearmiss(project, 'run', '--epochs', '2')
    assert.equal(code, 0)
    assert.match(stdout, /nothing to do: everything up to epoch 2 was there/)
    assert.equal((await nearmiss(project, 'plan', '--epochs', '2')).code, 0)
  })

  test('status --json has every epoch with its metrics, and what the table shows', async () => {
    const {code, stdout} = await nearmiss(project, 'status', '--json')
    assert.equal(code, 0)
    const status = JSON.parse(stdout)
    assert.deepEqual(Object.keys(status), ['run', 'epochs', 'chosen_on_test', 'baseline', 'running'])
    assert.equal(status.run, 'demo')
    assert.deepEqual(
      status.epochs.map(({epoch, metrics, best}: Record<string, unknown>) => ({epoch, metrics, best})),
      [
        {epoch: 0, metrics: {precision_at_1: 0.2, map_at_r: 0.1}, best: false},
        {epoch: 1, metrics: {precision_at_1: 0.30000000000000004, map_at_r: 0.15000000000000002}, best: false},
        {epoch: 2, metrics: {precision_at_1: 0.4, map_at_r: 0.2}, best: true},
      ],
    )
    const {loss, active_fraction, images_per_second, seconds} = status.epochs[1]
    assert.deepEqual([loss, active_fraction, images_per_second], [0.5, 0.25, 1000])
    assert.ok(seconds > 0)
    assert.deepEqual(status.baseline, {name: 'raw 16x16 pixels', metrics: {precision_at_1: 0.35, map_at_r: 0.175}})
    assert.equal(status.running, null)
  })

  test('status for people is the table and what is running now', async () => {
    const {stdout} = await nearmiss(project, 'status')
    const lines = stdout.trimEnd().split('\n')
    assert.equal(lines[0], 'run demo')
    assert.ok(lines.includes('the best epoch (2) is above raw pixels, the line to beat: precision@1 0.3500'))
    assert.equal(lines.at(-1), 'nothing is running now')
  })

  test('plan after a change names exactly what runs and why, with the time it took before', async () => {
    const {code, stdout} = await nearmiss(project, 'plan', '--set', 'metrics=[precision_at_1]', '--run', 'other')
    assert.equal(code, 3)
    assert.match(stdout, /evaluate-pixels +run +~\d+ s +metrics/)
    assert.match(stdout, /epoch 0 +evaluate +run +~\d+ s +metrics/)
    assert.match(stdout, /train-epoch +hit/)
    assert.match(stdout, /3 to run, 0 maybe, 7 hits, 1 left out; at most ~\d+ s, as measured before\.\n$/)
    const plan = JSON.parse(
      (await nearmiss(project, 'plan', '--json', '--set', 'metrics=[precision_at_1]', '--run', 'other')).stdout,
    )
    const work = plan.nodes.filter(({state}: {state: string}) => state === 'run')
    assert.deepEqual(
      work.map(({node}: {node: string}) => node),
      ['evaluate-pixels', 'evaluate@0', 'evaluate@2'],
    )
  })

  test('other parameters under the same name are refused', async () => {
    const {code, stderr} = await nearmiss(project, 'run', '--set', 'learning.rate=0.2')
    assert.equal(code, 2)
    assert.match(stderr, /^nearmiss: .*learning\.rate/)
  })

  test('show knows the classes of the hardest pairs', async () => {
    const {code, stdout} = await nearmiss(project, 'show', 'mine-negatives@2.neighbours', '--head', '1')
    assert.equal(code, 0)
    assert.match(stdout, /^mine-negatives@2\.neighbours {2}834 B\n\/.*\/neighbours\.arrow\n/)
    assert.match(stdout, /\n {2}0\.5000 {6}0 {2}apple {2}\S+\n {14}2 {2}pear {3}\S+\n/)
  })

  test('show finds the best and the last epoch of a stage', async () => {
    for (const reference of ['evaluate@best', 'evaluate@last', 'evaluate']) {
      const {content, artifact} = JSON.parse((await nearmiss(project, 'show', reference, '--json')).stdout)
      assert.deepEqual([artifact, content], ['evaluate@2.metrics', {metrics: {precision_at_1: 0.4, map_at_r: 0.2}}])
    }
  })

  test('show says what there is instead of what there is not', async () => {
    for (const [reference, message] of [
      ['evaluate@9', 'Run demo has no epoch 9 of evaluate. It has 0..2.'],
      ['prepare-splits@1', 'prepare-splits is outside the loop: leave out @1.'],
      ['evaluate@1.model', 'evaluate@1 has no output "model". It has metrics.'],
      [
        'train-epoch@1.model',
        'The bytes of train-epoch@1 (model) were dropped by a keep rule. Make them again: npx nearmiss stage train-epoch --epoch 1 --out FOLDER',
      ],
    ] as const) {
      assert.deepEqual(await nearmiss(project, 'show', reference), {
        code: 2,
        stdout: '',
        stderr: `nearmiss: ${message}\n`,
      })
    }
    const {stderr} = await nearmiss(project, 'show', 'mine')
    assert.match(stderr, /^nearmiss: Run demo has no stage "mine"\. It has .*mine-negatives.*\. Examples: /)
  })

  test('show names the outputs whose bytes are gone beside those that are there', async () => {
    const {code, stdout} = await nearmiss(project, 'show', 'train-epoch@1')
    assert.equal(code, 0)
    assert.match(stdout, /^train-epoch@1\.steps /)
    assert.match(stdout, /\ntrain-epoch@1\.model: its bytes were dropped by a keep rule\n$/)
  })

  test('log shows what a stage printed, or what happened', async () => {
    const stage = await nearmiss(project, 'log', 'prepare-splits')
    assert.match(stage.stdout, /^--- .*\nlooked at 4 images\n$/)
    const all = await nearmiss(project, 'log', '--follow')
    assert.match(all.stdout, /run demo: up to epoch 1 /)
    assert.match(all.stdout, /run demo: 3 computed, 8 hits/)
    const none = await nearmiss(project, 'log', 'train')
    assert.equal(none.code, 2)
    assert.match(none.stderr, /There is no log of "train" in run demo\. Stages with a log: train-epoch@1\.\.2\n/)
    const outside = await nearmiss(project, 'log', '../../demo/logs/train-epoch@1')
    assert.equal(outside.code, 2)
  })

  test('stage runs one stage by hand into a folder', async () => {
    const {code, stdout, stderr} = await nearmiss(
      project,
      'stage',
      'mine-negatives',
      '--epoch',
      '2',
      '--out',
      'by-hand',
    )
    assert.deepEqual([code, stderr], [0, ''])
    assert.match(stdout, /\nneighbours {2}.*by-hand\/neighbours\.arrow\n$/)
    const again = await nearmiss(project, 'stage', 'evaluate', '--in', 'model=no/such.json', '--out', 'by-hand')
    assert.equal(again.code, 1)
    assert.match(again.stderr, /no\/such\.json/)
  })

  test('stage refuses what it cannot mean', async () => {
    for (const [args, message] of [
      [['evaluat'], /^nearmiss: pipeline\.yaml has no stage "evaluat"; did you mean "evaluate"\?/],
      [['constructor'], /^nearmiss: pipeline\.yaml has no stage "constructor"; known: /],
      [['train-epoch', '--epoch', '99999999999'], /It must be a whole number from 0 to 100000\./],
      [['train-epoch', '--epoch', '0'], /^nearmiss: train-epoch makes epoch 1 and those after it: --epoch 0 is /],
      [['evaluate'], /^nearmiss: evaluate is computed once an epoch: say which with --epoch/],
      [['evaluate', '--epoch', '1', '--split', 'test'], /^nearmiss: --split needs --out FOLDER/],
      [['evaluate', '--in', 'model', '--out', 'x'], /^nearmiss: --in must be NAME=PATH, got "model"/],
    ] as const) {
      const {code, stderr} = await nearmiss(project, 'stage', ...args)
      assert.equal(code, 2)
      assert.match(stderr, message)
    }
  })
})
