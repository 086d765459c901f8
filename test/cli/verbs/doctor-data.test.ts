import assert from 'node:assert/strict'
import {rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {test} from 'node:test'
import {tinyProject} from '../../stages/tiny-project.ts'
import {nearmiss} from '../rig.ts'

test('doctor data', async (context) => {
  const {folder} = await tinyProject(context)
  const pictures = join(folder, 'pictures')

  await context.test('says that a folder can be used and what to type; exit code 0', async () => {
    const {code, stdout, stderr} = await nearmiss(folder, 'doctor', 'data', 'pictures')
    assert.equal(code, 0, stderr)
    assert.match(stdout, /^ok {7}format {5}folder: one folder per class$/m)
    assert.match(stdout, /^ok {7}classes {4}72 images of 12 classes; 6, 6, 6 in a class/m)
    assert.match(stdout, /\nusable\nnext: make epoch RUN=pictures DATA=.*pictures\n$/)
  })

  await context.test('what it says to type is understood', async () => {
    const {stdout} = await nearmiss(folder, 'doctor', 'data', 'pictures', '--format', 'folder')
    assert.doesNotMatch(stdout, /not taken/)
    writeFileSync(
      join(pictures, 'manifest.csv'),
      `path,label\n${[0, 1, 2, 3].flatMap((label) => [0, 1].map((i) => `class-0${label}/${i}.png,${label}\n`)).join('')}`,
    )
    const found = await nearmiss(folder, 'doctor', 'data', 'pictures')
    const [, set] = /^next: npx nearmiss epoch --run pictures --set '(.*)'$/m.exec(found.stdout) ?? []
    const plan = await nearmiss(folder, 'plan', '--set', set!)
    assert.equal(plan.code, 3, plan.stderr)
    rmSync(join(pictures, 'manifest.csv'))
  })

  await context.test('with a broken picture it exits with 1 and names it, as JSON too', async () => {
    writeFileSync(join(pictures, 'class-00/0.png'), 'no picture')
    const {code, stdout} = await nearmiss(folder, 'doctor', 'data', 'pictures')
    assert.equal(code, 1)
    assert.match(
      stdout.replace(/\s+/g, ' '),
      / problem files .* cannot be used \(1\): class-00\/0\.png is not a picture/,
    )
    assert.match(stdout, /\nnot usable: 1 to mend\n$/)
    const json = await nearmiss(folder, 'doctor', 'data', 'pictures', '--json')
    assert.equal(json.code, 1)
    const {usable, findings} = JSON.parse(json.stdout)
    assert.equal(usable, false)
    const files = findings.find(({what}: {what: string}) => what === 'files')
    assert.deepEqual(files.items, ['class-00/0.png is not a picture (JPEG, PNG, WebP, TIFF or GIF)'])
  })

  await context.test('a folder that is not there is told', async () => {
    const {code, stderr} = await nearmiss(folder, 'doctor', 'data', 'nowhere')
    assert.equal(code, 1)
    assert.match(stderr, /^nearmiss: data\.root must be the folder of a data set, got ".*\/nowhere": there is none\./)
  })
})
