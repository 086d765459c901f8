import assert from 'node:assert/strict'
import {readFileSync} from 'node:fs'
import {rm} from 'node:fs/promises'
import {join} from 'node:path'
import {after, describe, test} from 'node:test'
import {repeatedMean} from '../../lib/metrics/statistics/t-interval.ts'
import {nearmiss} from '../cli/rig.ts'
import {tinyProject} from './tiny-project.ts'

interface Line {
  readonly kind: string
  readonly node?: string
  readonly folder?: string
  readonly metrics?: Readonly<Record<string, number>>
  readonly selection?: {readonly queries?: object; readonly gallery?: object}
  readonly sides?: Readonly<Record<'queries' | 'gallery', {transforms: unknown; model?: string}>>
}

const at = (side: number) => `[{resize: ${side}}, {center_crop: ${side}}]`

describe('evaluation of queries among another gallery and of ensembles', async (context) => {
  const {folder, set} = await tinyProject(context)
  after(() => rm(folder, {recursive: true, force: true}))
  const run = (name: string, ...changes: string[]) =>
    nearmiss(folder, 'run', '--run', name, '--epochs', '0', ...set, ...changes.flatMap((change) => ['--set', change]))
  const evaluate = async (...args: string[]) => {
    const {code, stdout, stderr} = await nearmiss(folder, 'evaluate', '--json', ...args)
    const lines = stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Line)
    return {
      code,
      stderr,
      lines,
      last: lines.at(-1),
      started: lines.flatMap(({kind, node}) => (kind === 'started' ? [node] : [])),
    }
  }
  for (const [name, ...changes] of [['small'], ['other', 'seed=1'], ['wide', 'model.width=16']] as const) {
    const {code, stderr} = await run(name, ...changes)
    assert.equal(code, 0, stderr)
  }

  test('queries at one size among a gallery at another: a look and a recipe give the same numbers', async () => {
    const look = await evaluate('--run', 'small', '--split', 'val', '--gallery-size', '24')
    assert.equal(look.code, 0, look.stderr)
    assert.deepEqual(look.last?.selection, {
      run: 'small',
      epoch: 0,
      chosen: 'the best epoch by validation precision@1',
      queries: {model: 'small@0', pictures: 'resize 32, center_crop 32'},
      gallery: {model: 'small@0', pictures: 'resize 24, center_crop 24'},
    })
    // Queries are those of the run itself: only the gallery is described.
    assert.deepEqual(look.started, ['describe-val-at-24@0', 'evaluate-val@0'])
    const recipe = await run('recipe', `gallery={transforms: ${at(24)}}`)
    assert.equal(recipe.code, 0, recipe.stderr)
    const shown = await nearmiss(folder, 'show', 'evaluate@0.metrics', '--run', 'recipe', '--json')
    const {content} = JSON.parse(shown.stdout) as {content: Line}
    assert.deepEqual(content.metrics, look.last?.metrics)
    assert.deepEqual(content.sides?.gallery, {
      model: 'that of the queries',
      transforms: [{resize: 24}, {center_crop: 24}],
    })
    assert.deepEqual(content.sides?.queries.transforms, [{resize: 32}, {center_crop: 32}])
  })

  test('what is known is described once, and symmetric and asymmetric looks lie side by side', async () => {
    const first = await evaluate('--run', 'small', '--split', 'val', '--size', '28', '--gallery', 'other@0')
    assert.equal(first.code, 0, first.stderr)
    assert.deepEqual(first.started, ['describe-val-at-28@0', 'evaluate-val@0'])
    const again = await evaluate('--run', 'small', '--split', 'val', '--size', '28', '--gallery', 'other@0')
    assert.deepEqual(again.started, ['evaluate-val@0'])
    assert.deepEqual(again.last?.metrics, first.last?.metrics)
    assert.equal(first.last?.folder?.split('/measured/')[1], 'val@0-at-28-among-other@0')
    const symmetric = await evaluate('--run', 'recipe', '--split', 'val', '--symmetric')
    const shown = await nearmiss(folder, 'show', 'evaluate@0.metrics', '--run', 'small', '--json')
    assert.deepEqual(symmetric.last?.metrics, (JSON.parse(shown.stdout) as {content: Line}).content.metrics)
  })

  test('models of other lengths are refused before anything is described, by look and by recipe', async () => {
    const {code, stderr, lines} = await evaluate('--run', 'small', '--split', 'val', '--gallery', 'wide@0')
    assert.deepEqual([code, lines], [2, []])
    assert.match(stderr, /Descriptors of small@0 have 64 numbers, those of wide@0 128\./)
    const model = join(folder, 'other.safetensors')
    const exported = await nearmiss(folder, 'export', 'other@0', '--to', 'pytorch', '--out', model)
    assert.equal(exported.code, 0, exported.stderr)
    const unfit = await run('unfit', 'model.width=16', `gallery={model: ${model}}`)
    assert.notEqual(unfit.code, 0)
    assert.match(
      unfit.stderr.replace(/\s+/g, ' '),
      /Queries have descriptors of 128 numbers, the gallery's model \S*other\.safetensors makes 64\./,
    )
    assert.doesNotMatch(unfit.stdout, /extract-val@0: started/)
    const fit = await run('fit', `gallery={model: ${model}, transforms: ${at(40)}}`)
    assert.equal(fit.code, 0, fit.stderr)
  })

  test('an ensemble is measured together and apart, and each model is described once', async () => {
    const {code, stderr, last} = await evaluate('--ensemble', 'small@0,other@0,wide@0', '--split', 'val')
    assert.equal(code, 0, stderr)
    const {groups, separated, concatenated} = last as unknown as {
      groups: {dim: number; models: {metrics: Record<string, number>}[]; concatenated: Line}[]
      separated: Record<string, unknown>
      concatenated: Record<string, {mean: number; interval?: unknown}>
    }
    const [group] = groups
    assert.equal(group!.dim, 64 + 64 + 128)
    for (const name of ['precision_at_1', 'map_at_r']) {
      assert.deepEqual(separated[name], repeatedMean(group!.models.map(({metrics}) => metrics[name]!)))
      assert.deepEqual(concatenated[name], {mean: group!.concatenated.metrics![name]})
    }
    const written = JSON.parse(readFileSync(join(last!.folder!, 'ensemble.json'), 'utf8')) as {separated: unknown}
    assert.deepEqual(written.separated, separated)
  })

  test('runs that cannot be measured together are refused with everything that is wrong', async () => {
    const {code, stderr} = await evaluate('--ensemble', 'small,nobody,small@0', '--ensemble', 'other,small@9,recipe')
    assert.equal(code, 2)
    const problems = [
      'There is no run "nobody"',
      'Run small has no measured epoch 9\\.',
      'Run recipe looks among a gallery of its own',
      'small@0 is named twice: every model counts once\\.',
    ]
    for (const problem of problems) assert.match(stderr, new RegExp(problem))
  })

  test('descriptors of several scales find an image among those that were extracted', async () => {
    const changed = await run('scales', 'image.multiscale={}')
    assert.equal(changed.code, 0, changed.stderr)
    const picture = join(folder, 'pictures', 'class-11', '5.png')
    const found = await nearmiss(folder, 'search', picture, '--run', 'scales', '--json')
    const [nearest] = (JSON.parse(found.stdout) as {found: {distance: number}[]}).found
    assert.ok(nearest!.distance < 1e-3, `${nearest!.distance}`)
  })

  test('whitening is learnt from training images that the pipeline itself describes', async () => {
    const {code, stderr, stdout} = await run(
      'whitened',
      'metrics={names: [precision_at_1], descriptors: {whitening: {kind: learned, dim: 8}}}',
    )
    assert.equal(code, 0, stderr)
    assert.match(stdout, /extract-training@0: started/)
    const look = await evaluate('--run', 'whitened', '--split', 'val', '--size', '24')
    assert.equal(look.code, 0, look.stderr)
    // Another run with the same model had val described at this size.
    assert.deepEqual(look.started, ['describe-train-at-24@0', 'evaluate-val@0'])
  })
})
