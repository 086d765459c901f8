// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the references of pipeline.yaml
import assert from 'node:assert/strict'
import {readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {type TestContext, test} from 'node:test'
import {ConfigError} from '../../lib/pipeline/config-error.ts'
import {openRig, type Rig, type RigOptions} from './rig.ts'

/** The lines of the error that a configuration gives. */
function problems(rig: Rig, options: RigOptions): string[] {
  try {
    rig.request(options)
  } catch (error) {
    assert.ok(error instanceof ConfigError)
    assert.equal(error.message, error.problems.map(({where, text}) => `${where}: ${text}`).join('\n'))
    return error.message.split('\n')
  }
  return []
}

/** pipeline.yaml with one thing changed. */
function edited(t: TestContext, from: string, to: string): string[] {
  const rig = openRig(t)
  rig.edit('pipeline.yaml', (text) => text.replace(from, to))
  return problems(rig, {})
}

test('parameters come from pipeline.yaml, then the preset, then --set, with the defaults of the schema', (t) => {
  const rig = openRig(t)
  const preset =
    'params: {seed: 5, epochs: 4, data: {file: x, folder: y}, mining: {sampler: all}, objective: {loss: supcon, temperature: 2}, metrics: [size]}'
  writeFileSync(join(rig.folder, 'presets', 'hot.yaml'), preset)
  const {config} = rig.request({
    preset: 'hot',
    set: ['objective.temperature=1', 'data={file: z, folder: null}', 'objective.temperature=3'],
  })
  assert.deepEqual(config.params, {
    seed: 5,
    epochs: 4,
    data: {file: 'z', folder: null},
    mining: {sampler: 'all', from_epoch: 1},
    objective: {loss: 'supcon', temperature: 3},
    metrics: ['size'],
  })
  assert.equal(config.epochs, 4)
  assert.equal(config.preset, 'hot')
  assert.equal(config.where('objective.temperature'), '--set objective.temperature=3')
  assert.equal(config.where('seed'), 'presets/hot.yaml:1:16')
  assert.equal(openRig(t).request().config.where('objective.margin'), 'pipeline.yaml:10:13')
})

test('every problem of every parameter is told at once, where it was set', (t) => {
  const rig = openRig(t)
  rig.edit('pipeline.yaml', (text) =>
    text.replace('margin: 0.1', 'margin: abc\n    margn: 2').replace('seed: 1', 'seed: 1.5'),
  )
  assert.deepEqual(problems(rig, {set: ['metrics=[score, speed]', 'epochs=-1', 'sed=2', 'mining.sampler=null']}), [
    'pipeline.yaml:4:9: seed must be a whole number, got 1.5',
    '--set epochs=-1: epochs must be at least 0, got -1',
    '--set mining.sampler=null: mining.sampler must be "all" or "random", got null',
    'pipeline.yaml:10:13: objective.margin must be a number, got "abc" (distance to keep)',
    'pipeline.yaml:11:5: objective.margn is not known; did you mean "margin"?',
    '--set metrics=[score, speed]: metrics.1 must be "score" or "size", got "speed"',
    '--set sed=2: sed is not known; did you mean "seed"?',
  ])
})

const settings: readonly (readonly [string, string])[] = [
  ['objective.margin=abc', 'objective.margin must be a number, got "abc" (distance to keep)'],
  ['objective.margin', 'must look like --set objective.margin=0.2'],
  ['=3', 'must look like --set objective.margin=0.2'],
  ['objective.margin=[1', 'the value is not YAML: Flow sequence must end with a ]'],
  ['seed.x=3', 'seed is 1: there is nothing inside to set'],
  ['metrics.3=size', 'metrics has 1 items, counted from 0: there is no 3'],
  ['metrics.length=2', 'metrics has 1 items, counted from 0: there is no length'],
  ['metrics=[]', 'metrics must have at least 1 items, got []'],
  ['data.file=', 'data.file must be a text, got null'],
  ['data.folder=3', 'data.folder must be a text or null, got 3'],
  ['objective.loss=tripel', 'objective.loss must be "triplet" or "supcon", got "tripel"'],
  ['objective=3', 'objective must be a mapping, got 3'],
  ['__proto__.x=1', '__proto__ is not known; known: data, epochs, metrics, mining, objective, seed'],
]
for (const [set, text] of settings) {
  test(`--set ${set}`, (t) => assert.deepEqual(problems(openRig(t), {set: [set]}), [`--set ${set}: ${text}`]))
}

test('a value that another choice makes necessary is missing where the choice is', (t) => {
  assert.deepEqual(problems(openRig(t), {set: ['objective.loss=supcon']}), [
    'pipeline.yaml:9:5: objective.temperature is missing: it must be a number',
    'pipeline.yaml:10:5: objective.margin is not known; known: loss, temperature',
  ])
})

test('a preset that is not there is named with its nearest', (t) => {
  const rig = openRig(t)
  writeFileSync(join(rig.folder, 'presets', 'lab-cub.yaml'), 'params: {}')
  assert.deepEqual(problems(rig, {preset: 'lab-cup'}), [
    '--preset lab-cup: there is no presets/lab-cup.yaml; did you mean "lab-cub"?',
  ])
  assert.deepEqual(problems(rig, {preset: '../pipeline'}), [
    '--preset ../pipeline: there is no presets/../pipeline.yaml; npx nearmiss presets lists those that there are',
  ])
})

test('a preset must be complete, and its problems have its own positions', (t) => {
  const rig = openRig(t)
  writeFileSync(
    join(rig.folder, 'presets', 'half.yaml'),
    'params:\n  seed: one\n  epochs: 1\n  data: {file: a, folder: null}\n  mining: {sampler: all}\n  metrics: [size]\n',
  )
  assert.deepEqual(problems(rig, {preset: 'half'}), [
    'presets/half.yaml:2:9: seed must be a number, got "one"',
    'presets/half.yaml:2:3: objective is missing: it must be a mapping',
  ])
  writeFileSync(join(rig.folder, 'presets', 'flat.yaml'), 'parms: {}\n')
  assert.deepEqual(problems(rig, {preset: 'flat'}), [
    'presets/flat.yaml:1:1: params is missing: it must be a mapping',
    'presets/flat.yaml:1:1: parms is not known; did you mean "params"?',
  ])
})

test('a file that is not YAML is told with its position', (t) => {
  assert.deepEqual(edited(t, 'seed: 1', 'seed: 1\n  seed: 2'), ['pipeline.yaml:5:3: Map keys must be unique'])
  assert.deepEqual(edited(t, 'seed: 1', 'seed: "1'), ['pipeline.yaml:60:1: Missing closing "quote'])
})

test('aliases that blow up are refused', (t) => {
  const bomb = Array.from({length: 9}, (_, i) => `x${i + 1}: &x${i + 1} [${Array(9).fill(`*x${i}`).join(', ')}]`).join(
    '\n',
  )
  const rig = openRig(t)
  rig.edit('pipeline.yaml', (text) => `x0: &x0 [a]\n${bomb}\n${text}`)
  assert.deepEqual(problems(rig, {}), [
    'pipeline.yaml: Excessive alias count indicates a resource exhaustion attack. Write the values out instead of using aliases',
  ])
})

test('a pipeline file that is not there is said', (t) => {
  const rig = openRig(t)
  const lost = {...rig, folder: join(rig.folder, 'presets')}
  const request = () => Object.assign(Object.create(Object.getPrototypeOf(rig)) as Rig, lost).request()
  assert.throws(request, {
    message: `pipeline.yaml: cannot be read (ENOENT): ${join(rig.folder, 'presets', 'pipeline.yaml')}`,
  })
})

/** Old text, new text, where in the new one the problem is (from the start of it), the problem. */
const wirings: readonly (readonly [string, string, string, string])[] = [
  [
    'run: describe\n    in: {numbers: prepare.numbers, model: initialize',
    'run: describ\n    in: {numbers: prepare.numbers, model: initialize',
    'describ\n',
    'there is no stage describ; did you mean "describe"?',
  ],
  ['with: {split: val}', 'with: {split: vla}', 'vla', 'must be train, val, got "vla"'],
  ['mine.batches', 'mine.batch', 'mine.batch', 'mine has no output batch; did you mean "batches"?'],
  ['batches: mine.batches', 'batches: mine.numbers', 'mine.numbers', 'mine has no output numbers; known: batches'],
  ['batches: mine.batches', 'batches: miner.batches', 'miner', 'there is no stage miner here; did you mean "mine"?'],
  [
    'batches: mine.batches',
    'batches: carry.model',
    'carry.model',
    'input batches wants kind batches, but carry.model is of kind model',
  ],
  ['batches: mine.batches', 'batches: carry.modell', 'carry.modell', 'carry has no modell; did you mean "model"?'],
  ['{batches: mine.batches', '{batchs: mine.batches', 'batchs', 'there is no input batchs; did you mean "batches"?'],
  [
    '{described: describe-val.described',
    '{described: describe-all.described',
    'describe-all',
    'describe-all is in the other half of the loop: hand its output over in carry',
  ],
  ['{batches: batches}', '{batches: numbers}', 'numbers}', 'output batches is of kind batches, got numbers'],
  ['{metrics: metrics}', '{metric: metrics}', 'metric:', 'there is no output metric; did you mean "metrics"?'],
  [
    'out: {model: model, training: training}\n      params',
    'out: {model: model}\n      params',
    '{model: model}',
    'output training is missing: add training: training',
  ],
  [
    'params: [objective]',
    'params: [objectiv.margin]',
    'objectiv.',
    'params has no objectiv.margin; did you mean "objective"?',
  ],
  [
    'params: [objective]',
    'params: [objective.margn]',
    'objective.',
    'params has no objective.margn; did you mean "margin"?',
  ],
  [
    'params: [objective]',
    'params: [objective, epochs]',
    'epochs',
    'no stage may read epochs: asking for more turns of epoch would change what is already computed',
  ],
  ["with: {epoch: '${epoch}'}", "with: {epoch: '${epok}'}", "'${epok", '${epok} names nothing; did you mean "epoch"?'],
  [
    "with: {epoch: '${epoch}'}",
    "with: {epoch: '${epoch}', seed: 3}",
    'seed: 3',
    'seed is already a parameter of this stage',
  ],
  [
    "with: {epoch: '${epoch}'}",
    "with: {epoch: '${epoch}', n: 'of ${params.epochs}'}",
    "'of $",
    'no stage may read params.epochs: asking for more turns of epoch would change what is already computed',
  ],
  [
    'to: ${params.epochs}',
    'to: ${params.epoch}',
    '${',
    'to must be a whole number or ${params.…} that names one, got "${params.epoch}"',
  ],
  [
    'best: score.score',
    'best: scor.score',
    'scor.score',
    'scor is no stage of loop.measure with metrics; did you mean "score"?',
  ],
  [
    'keep: {described: {last: 1}}',
    'keep: {describd: {last: 1}}',
    'describd',
    'there is no output describd; did you mean "described"?',
  ],
  [
    'keep: {described: {last: 1}}',
    'keep: {described: {}}',
    '{}',
    'loop.advance.describe-all.keep.described must name last, best or both, got {}',
  ],
  [
    '    params: [seed]\n  baseline',
    '    params: [seed]\n    keep: {model: {last: 1}}\n  baseline',
    'keep',
    'only stages of the loop have epochs to choose from',
  ],
  [
    'next: train.training',
    'next: train.trainin',
    'train.trainin',
    'train has no output trainin; did you mean "training"?',
  ],
  ['version: 1', 'version: 2', '2', 'version must be 1, got 2'],
  [
    '    train:\n      in: {batches: mine.batches, model',
    '    train:\n      in: {model',
    'train',
    'input batches is missing: add batches (kind batches) to in',
  ],
  [
    '{first: initialize.model, next: train.model}',
    '{first: prepare.numbers, next: train.model}',
    'train.model',
    'train.model is of kind model, but first is of kind numbers',
  ],
  [
    'resume: {every_steps: 2}',
    'resume: {every_step: 2}',
    'every_step',
    'loop.advance.train.resume.every_step is not known; did you mean "every_steps"?',
  ],
  [
    'resume: {every_steps: 2}',
    'resume: {every_steps: 2, every_seconds: 30}',
    '{every_steps: 2, every_seconds: 30}',
    'loop.advance.train.resume must name every_steps or every_seconds, not both, got {"every_steps":2,"every_seconds":30}',
  ],
]
for (const [from, to, at, text] of wirings) {
  test(text, (t) => {
    const rig = openRig(t)
    rig.edit('pipeline.yaml', (before) => before.replace(from, () => to))
    const edited = readFileSync(join(rig.folder, 'pipeline.yaml'), 'utf8')
    const above = edited.slice(0, edited.indexOf(to) + to.indexOf(at)).split('\n')
    const expected = `pipeline.yaml:${above.length}:${above.at(-1)!.length + 1}: ${text}`
    // What follows from it (a missing output that others read) is told as well.
    const told = problems(rig, {})
    assert.ok(told.includes(expected), `${expected}\nis not in\n${told.join('\n')}`)
  })
}

test('stages that wait for each other are shown as the circle that they are', (t) => {
  const other =
    '  other:\n    run: describe\n    in: {numbers: prepare.numbers, model: baseline.described}\n    out: {described: described}\n'
  const rig = openRig(t)
  rig.edit('pipeline.yaml', (text) =>
    text.replace('model: initialize.model}', 'model: other.described}').replace('\nloop:', `${other}\nloop:`),
  )
  const circle = problems(rig, {}).filter((line) => line.includes('circle'))
  assert.deepEqual(circle, [
    'pipeline.yaml:20:3: stages wait for each other in a circle: baseline reads other reads baseline',
  ])
})
