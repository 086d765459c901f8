import {type ChildProcess, execFile} from 'node:child_process'
import {existsSync} from 'node:fs'
import {cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join, resolve} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'

const repository = resolve(import.meta.dirname, '../..')

export interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Something that runs clean-up at its end: a test, or a file of tests. */
interface Owner {
  after(action: () => Promise<void>): void
}

// A test that fails must not pull the project away from under a runner: it ends first.
const running = new Set<ChildProcess>()

/** Runs the command as a person would, in a folder, with a pipe for a terminal. */
export function nearmiss(folder: string, ...args: readonly string[]): Promise<Ended> {
  return start(folder, ...args).ended
}

/** The same, while it is still running. */
export function start(folder: string, ...args: readonly string[]): {child: ChildProcess; ended: Promise<Ended>} {
  const command = [join(repository, 'lib/cli/nearmiss.mjs'), ...args]
  let finish: (ended: Ended) => void
  const ended = new Promise<Ended>((done) => {
    finish = done
  })
  const child = execFile(
    process.execPath,
    command,
    {cwd: folder, env: {...process.env, TZ: 'UTC'}},
    (_, stdout, stderr) => {
      running.delete(child)
      finish({code: child.exitCode ?? -1, stdout, stderr})
    },
  )
  running.add(child)
  return {child, ended}
}

/** Resolves once a stage of the run `demo` has said how far it is. */
export async function progressed(project: string, node: string): Promise<void> {
  const file = join(project, 'artifacts/runs/demo/events.jsonl')
  for (let waitedMs = 0; waitedMs < 60_000; waitedMs += 20) {
    const events = existsSync(file) ? await readFile(file, 'utf8') : ''
    if (events.includes(`"kind":"progress","node":"${node}"`)) return
    await sleep(20)
  }
  throw new Error(`${node} never said how far it is`)
}

/** Holds the toy's training up at its next step, so that it can be met at work; what is returned lets it go on. */
export async function hold(project: string): Promise<() => Promise<void>> {
  const file = join(project, 'hold')
  await writeFile(file, '')
  return () => rm(file)
}

/** A fresh folder that goes with its owner. */
export async function temporaryFolder(owner: Owner): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'nearmiss-cli-'))
  owner.after(async () => {
    for (const child of running) child.kill('SIGKILL')
    await rm(folder, {recursive: true, force: true, maxRetries: 5})
  })
  return folder
}

/** A copy of the toy project; its stages find lib/ and the packages where they would in the repository. */
export async function toyProject(owner: Owner): Promise<string> {
  const folder = await temporaryFolder(owner)
  const project = join(folder, 'test/cli/toy')
  await mkdir(join(folder, 'test/cli'), {recursive: true})
  await cp(join(repository, 'test/cli/toy'), project, {recursive: true})
  await symlink(join(repository, 'lib'), join(folder, 'lib'))
  await symlink(join(repository, 'node_modules'), join(folder, 'node_modules'))
  await writeFile(join(folder, 'package.json'), '{"type": "module"}')
  return project
}
