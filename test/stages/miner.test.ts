import assert from 'node:assert/strict'
import {test} from 'node:test'
import {readSteps} from '../../lib/tables/steps.ts'
import {nearmiss} from '../cli/rig.ts'
import {tinyProject} from './tiny-project.ts'

/** Where `show` says a table is. */
async function findSteps(folder: string, run: string) {
  const {stdout} = await nearmiss(folder, 'show', 'train-epoch@1.steps', '--run', run)
  return {steps: await readSteps(/^(\/.*\.arrow)$/m.exec(stdout)![1]!), stdout}
}

test('Miners draw in the step: the same tuples after a new start, steps without any are counted, another miner trains anew', async (context) => {
  const {folder, set} = await tinyProject(
    context,
    'mining={sampler: classes, classes_per_batch: 4, images_per_class: 3, passes: 2}',
  )
  const trained = async (run: string, miner: string) => {
    const objective = `objective={loss: triplet, margin: 0.2, miner: ${miner}}`
    const {code, stdout, stderr} = await nearmiss(
      folder,
      'run',
      '--run',
      run,
      '--epochs',
      '1',
      ...set,
      '--set',
      objective,
    )
    assert.equal(code, 0, stdout + stderr)
    return findSteps(folder, run)
  }
  const drawn = await trained('drawn', '{name: distance-weighted, upper: null}')
  assert.ok(drawn.steps.loss.some((loss) => loss > 0))
  assert.ok([...drawn.steps.positiveDistance, ...drawn.steps.negativeDistance].every(Number.isFinite))
  const again = await trained('again', '{name: distance-weighted, upper: null, lower: 0.5}')
  assert.deepEqual(again.steps, drawn.steps, 'the default written out is the same stage')

  const nothing = await trained('nothing', '{name: pair-margin, positive_margin: 1.99, negative_margin: 0}')
  assert.ok(nothing.steps.loss.every((loss) => loss === 0))
  assert.ok(nothing.steps.activeFraction.every((share) => share === 0))
  assert.ok(nothing.steps.negativeDistance.every(Number.isNaN))
  const count = nothing.steps.step.length
  assert.ok(
    nothing.stdout.includes(
      `steps with nothing to learn (no loss above 0): ${count} of ${count}, ${count} without any tuple`,
    ),
  )

  const refused = await nearmiss(
    folder,
    'run',
    ...set,
    '--set',
    'mining={sampler: one-per-class}',
    '--set',
    'objective={loss: n-pair, miner: {name: n-pair}}',
  )
  assert.equal(refused.code, 2)
  assert.match(
    refused.stderr,
    /mining\.sampler must not be one-per-class: n-pair learns from pairs of images of a class/,
  )
})
