import assert from 'node:assert/strict'
import {test} from 'node:test'
import {hold, nearmiss, progressed, start, toyProject} from '../rig.ts'

const args = ['run', '--epochs', '1', '--set', 'learning={rate: 0.1, steps: 60, trouble: none}'] as const

test('Ctrl-C saves the work, says so with the command to go on, and that command goes on from there', async (context) => {
  const project = await toyProject(context)
  const letGo = await hold(project)
  const {child, ended} = start(project, ...args)
  await progressed(project, 'train-epoch@1')
  child.kill('SIGINT')
  const {code, stdout, stderr} = await ended
  assert.equal(code, 85)
  assert.match(stdout, /\nstopping: the running stage saves what it can; Ctrl-C again kills it\n/)
  assert.match(
    stderr,
    /^stopped train-epoch@1: stopped at step \d+\nkept {4}its work up to step \d+ is saved; 6 stages committed/,
  )
  assert.match(stderr, /\nnext {4}continue with: npx nearmiss run --epochs 1 --set 'learning=\{rate/)
  await letGo()
  const again = await nearmiss(project, ...args)
  assert.equal(again.code, 0)
  assert.match(again.stdout, /train-epoch@1: started .*, from step \d+\n/)
})

test('A reader that goes away stops a run like Ctrl-C: its work is saved, and it does not claim to be done', async (context) => {
  const project = await toyProject(context)
  await hold(project)
  const {child, ended} = start(project, ...args)
  await progressed(project, 'train-epoch@1')
  child.stdout!.destroy()
  // Whatever is printed next finds nobody: here that it was asked to stop.
  child.kill('SIGINT')
  const {code, stderr} = await ended
  assert.equal(code, 85)
  assert.match(stderr, /^stopped train-epoch@1: stopped at step \d+\nkept {4}its work up to step/)
})

test('Of two runners one works; the other says for whom it waits, or leaves with exit code 4', async (context) => {
  const project = await toyProject(context)
  const letGo = await hold(project)
  const first = start(project, ...args)
  await progressed(project, 'train-epoch@1')
  const waiting = start(project, ...args)
  const refused = await nearmiss(project, ...args, '--no-wait')
  assert.equal(refused.code, 4)
  assert.match(
    refused.stderr,
    new RegExp(`^locked {2}the run: process ${first.child.pid} \\(run demo\\) works on it\n`),
  )
  const running = await nearmiss(project, 'status')
  assert.match(
    running.stdout,
    new RegExp(`\nrunning now \\(process ${first.child.pid}\\): train-epoch@1\n  train-epoch  [#-]{12}  \\d+/60 steps`),
  )
  await letGo()
  const second = await waiting.ended
  assert.equal(second.code, 0)
  assert.match(
    second.stdout,
    new RegExp(`waiting for the run: process ${first.child.pid} \\(run demo\\) works on it\n`),
  )
  assert.match(second.stdout, /nothing to do/)
  assert.equal((await first.ended).code, 0)
})

test('A broken contract and a crash end in what failed, why, where the log is and what to do', async (context) => {
  const project = await toyProject(context)
  const contract = await nearmiss(project, 'run', '--epochs', '1', '--run', 'a', '--set', 'learning.trouble=contract')
  assert.equal(contract.code, 6)
  assert.deepEqual(contract.stderr.split('\n').slice(0, 2), [
    'failed  train-epoch@1: exit 6, its output breaks the contract',
    '        model.json: quality must be at most 1, got 7.',
  ])
  assert.match(contract.stderr, /\nlog {5}artifacts\/runs\/a\/logs\/train-epoch@1\.log\n/)
  assert.match(contract.stderr, /\nkept {4}6 stages committed by this command, and everything before it\n/)
  assert.match(
    contract.stderr,
    /\nnext {4}mend it, then: npx nearmiss run --epochs 1 --run a --set learning\.trouble=contract\n$/,
  )
  const crash = await nearmiss(project, 'run', '--epochs', '1', '--run', 'b', '--set', 'learning.trouble=crash')
  assert.equal(crash.code, 1)
  assert.match(crash.stderr, /^failed {2}train-epoch@1: exit 1, the stage failed\n {8}Error: the toy broke\n/)
})

test('Everything wrong with a configuration is said at once, with its place, and exit code 2', async (context) => {
  const project = await toyProject(context)
  const {code, stderr} = await nearmiss(project, 'plan', '--set', 'learning.rate=abc', '--set', 'learning.step=3')
  assert.equal(code, 2)
  assert.match(stderr, /--set learning\.rate=abc: /)
  assert.match(stderr, /--set learning\.step=3: .*did you mean/)
  const preset = await nearmiss(project, 'run', '--preset', 'lab-cub')
  assert.equal(preset.code, 2)
  assert.match(preset.stderr, /^nearmiss: --preset lab-cub: there is no presets\/lab-cub\.yaml/)
})

test('Wrong command lines are told with a suggestion and exit code 2', async (context) => {
  const project = await toyProject(context)
  const verb = await nearmiss(project, 'statsu')
  assert.deepEqual(
    [verb.code, verb.stderr.split('\n').slice(0, 2)],
    [2, ["error: unknown command 'statsu'", '(Did you mean status?)']],
  )
  const number = await nearmiss(project, 'run', '--epochs', '-1')
  assert.equal(number.code, 2)
  const help = await nearmiss(project, '--help')
  assert.equal(help.code, 0)
  for (const name of ['run', 'epoch', 'plan', 'stage', 'status', 'show', 'log', 'doctor']) {
    assert.match(help.stdout, new RegExp(`^  ${name} `, 'm'))
  }
})

test('doctor finds machine and set-up in order and says what is missing in the project', async (context) => {
  const project = await toyProject(context)
  const {stdout} = await nearmiss(project, 'doctor', '--json')
  const findings = JSON.parse(stdout) as {what: string; found: string; advice?: string}[]
  const found = (what: string) => findings.find((finding) => finding.what === what)
  assert.equal(found('Node.js')?.advice, undefined)
  assert.equal(found('flock')?.advice, undefined)
  assert.match(found('TensorFlow loads')!.found, /^backend tensorflow/)
  assert.deepEqual(found('pipeline.yaml'), {what: 'pipeline.yaml', found: 'valid'})
  assert.deepEqual(found('data'), {what: 'data', found: 'no data.root in params'})
})
