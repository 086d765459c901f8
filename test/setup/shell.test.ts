import assert from 'node:assert/strict'
import {existsSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {test} from 'node:test'
import {shell} from '../../setup/shell.ts'

test('Commands of the set-up do not read ~/.bashrc, also where no shell is around them', async (context) => {
  const home = mkdtempSync(join(tmpdir(), 'nearmiss-home-'))
  context.after(() => rmSync(home, {recursive: true}))
  const wasRead = join(home, 'was-read')
  writeFileSync(join(home, '.bashrc'), `touch '${wasRead}'\n`)
  const {SHLVL: _, ...environment} = process.env
  const {exitCode, stdout} = await shell({env: {...environment, HOME: home}})`echo $HOME`
  assert.deepEqual([exitCode, stdout.trim()], [0, home])
  assert.equal(existsSync(wasRead), false)
})
