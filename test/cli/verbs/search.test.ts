import assert from 'node:assert/strict'
import {once} from 'node:events'
import {mkdir, readFile, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {test} from 'node:test'
import {tinyProject} from '../../stages/tiny-project.ts'
import {nearmiss, start, toyProject} from '../rig.ts'

test('searching a run with a picture', async (context) => {
  const {folder, set} = await tinyProject(context)
  const run = await nearmiss(folder, 'run', '--epochs', '1', ...set)
  assert.equal(run.code, 0, run.stderr)
  const json = async (...args: string[]) => JSON.parse((await nearmiss(folder, ...args, '--json')).stdout)
  const {best} = (await json('status')).epochs.find((row: {best: boolean}) => row.best)
  assert.ok(best)
  const queries = (await json('show', 'evaluate@best.queries', '--head', '1000')).head
  const images = (await json('show', 'prepare-splits.images', '--head', '1000')).head
  const [asked] = queries
  const file = join('pictures', images.find(({id}: {id: number}) => id === asked.id).path)

  await context.test('finds its own file first, then the image that evaluation calls the nearest', async () => {
    const first = await nearmiss(folder, 'search', file, '--top', '3', '--json')
    assert.equal(first.code, 0, first.stderr)
    assert.match(first.stderr, /^index-val@\d: never computed, computing it once\n$/)
    const {found, recalls} = JSON.parse(first.stdout)
    assert.deepEqual([found[0].image, found[0].distance, found[0].isSame], [asked.id, 0, true])
    assert.equal(found[1].image, asked.nearest)
    assert.ok(Math.abs(found[1].distance - asked.nearest_distance) < 1e-5)
    assert.equal(found[1].isSame, false)
    assert.deepEqual(recalls, [{split: 'val', recall: 1, at: 10}])
  })

  await context.test('builds the index once', async () => {
    const {stdout, stderr} = await nearmiss(folder, 'search', file, '--top', '2')
    assert.equal(stderr, '')
    const lines = stdout.split('\n')
    assert.match(lines[0]!, /^rank {2}distance {2}class {4}/)
    assert.match(lines[1]!, /^ {3}1 {4}0\.0000 {2}class-\d\d .* the same file$/)
    assert.match(stdout, /it finds: val 1\.0000 of the true 10 nearest\.$/m)
  })

  await context.test(
    'looks among training images too, described by the same model, never among those of the test',
    async () => {
      const {found} = await json('search', file, '--split', 'all', '--top', '1000')
      const splits = new Set(found.map(({split}: {split: string}) => split))
      assert.deepEqual([...splits].sort(), ['train', 'val'])
      const searched = images.filter(({split}: {split: string}) => split === 'train' || split === 'val')
      assert.equal(found.length, searched.length)
    },
  )

  await context.test('a page shows the pictures and needs nothing else', async () => {
    assert.equal((await nearmiss(folder, 'search', file, '--html', 'pages/found.html')).code, 0)
    const html = await readFile(join(folder, 'pages/found.html'), 'utf8')
    assert.equal(html.match(/<img src="data:image\/webp/g)?.length, 11)
    assert.match(html, /default-src &#39;none&#39;/)
  })

  await context.test('what is no picture is a wrong command', async () => {
    await writeFile(join(folder, 'text.png'), 'no picture')
    await mkdir(join(folder, 'folder.png'))
    const said = async (...args: string[]) => {
      const {code, stderr} = await nearmiss(folder, 'search', ...args)
      return `${code} ${stderr}`
    }
    assert.equal(await said('text.png'), '2 nearmiss: text.png is not a picture (JPEG, PNG, WebP, TIFF or GIF).\n')
    assert.equal(await said('folder.png'), '2 nearmiss: There is no picture "folder.png".\n')
    assert.equal(await said('absent.png'), '2 nearmiss: There is no picture "absent.png".\n')
    assert.match(await said(), /^2 nearmiss: Name a picture, or serve a page/)
    assert.match(await said(file, '--top', '0'), /^2 .*It must be a whole number from 1 to 1000\./)
    assert.match(await said(file, '--split', 'test'), /^2 .*Allowed choices are train, val, all\./)
    assert.match(await said(file, '--run', 'nobody'), /^2 nearmiss: There is no run "nobody"/)
  })

  await context.test('the page it serves takes the same picture, until it is interrupted', async () => {
    const {child, ended} = start(folder, 'search', '--serve', '--port', '0', '--top', '2')
    const [line] = (await once(child.stdout!, 'data')) as [string]
    const [address] = /http:\/\/127\.0\.0\.1:\d+\//.exec(line)!
    const body = await readFile(join(folder, file))
    const response = await fetch(`${address}neighbours?name=mine.png`, {method: 'POST', body})
    const html = await response.text()
    assert.equal(response.status, 200, html)
    assert.match(html, new RegExp(`alt="image ${asked.id}, class-`))
    assert.match(html, new RegExp(`alt="image ${asked.nearest}, class-`))
    child.kill('SIGINT')
    assert.equal((await ended).code, 0)
  })
})

test('a run without a measured epoch cannot be searched', async (context) => {
  const folder = await toyProject(context)
  await writeFile(join(folder, 'a.gif'), Buffer.from('R0lGODlhAQABAAAAACwAAAAAAQABAAACAkQBADs=', 'base64'))
  assert.equal((await nearmiss(folder, 'stage', 'prepare-splits')).code, 0)
  const {code, stderr} = await nearmiss(folder, 'search', 'a.gif')
  assert.equal(code, 2)
  assert.match(stderr, /Run demo has no measured epoch to search with\./)
})
