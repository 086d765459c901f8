import assert from 'node:assert/strict'
import {test} from 'node:test'
import {checkSameImages, type State} from '../../../lib/cli/evaluate/state.ts'
import {someImages, temporaryFolder, writeSomeImages} from '../../tables/fixtures.ts'

/** Only what is looked at: where a run's table of images is. */
function stateOf(run: string, images: string): State {
  const node = {node: 'prepare-splits', key: '', manifest: {record: {values: {}}}, files: {images}}
  return {run, nodes: [node]} as unknown as State
}

test('runs may train on other images, but what is measured together must be the same images of the same classes', async (t) => {
  const at = temporaryFolder(t)
  const {split, sha256, label} = someImages()
  const first = stateOf('first', await writeSomeImages(at('a.arrow')))
  const fold = stateOf(
    'fold',
    await writeSomeImages(at('b.arrow'), {
      split: split.map((one) => (one === 'val' ? 'train' : one === 'train' ? 'val' : one)),
    }),
  )
  await checkSameImages(first, [first, fold], 'test')
  await assert.rejects(
    checkSameImages(first, [fold], 'val'),
    /^UsageError: Split val of run fold is not that of run first: it differs in 6 images \(4, 5, 0, 1, 2, …\)\.\nWhat is measured together must/,
  )
  const repainted = stateOf('repainted', await writeSomeImages(at('c.arrow'), {sha256: sha256.with(7, 'f'.repeat(64))}))
  const relabelled = stateOf('relabelled', await writeSomeImages(at('d.arrow'), {label: label.with(6, 2)}))
  await assert.rejects(
    checkSameImages(first, [fold, repainted, relabelled], 'test'),
    /run repainted is not that of run first: it differs in 1 image \(7\)\.\n.*run relabelled .*: it differs in 1 image \(6\)\./,
  )
})
