import {execFile} from 'node:child_process'
import {mkdtemp, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join, resolve} from 'node:path'
import type {TestContext} from 'node:test'

const binary = resolve(import.meta.dirname, '../../lib/cli/nearmiss.mjs')

export interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs the command as a person would, in a folder, with a pipe for a terminal. */
export function nearmiss(
  folder: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  return new Promise((done) => {
    const child = execFile(
      process.execPath,
      [binary, ...args],
      {cwd: folder, env: {...process.env, TZ: 'UTC', ...env}},
      (error, stdout, stderr) => done({code: error === null ? 0 : (child.exitCode ?? -1), stdout, stderr}),
    )
  })
}

/** A fresh folder that goes with the test. */
export async function temporaryFolder(context: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'nearmiss-cli-'))
  context.after(() => rm(folder, {recursive: true, force: true}))
  return folder
}
