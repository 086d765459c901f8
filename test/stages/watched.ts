import assert from 'node:assert/strict'
import {type ChildProcess, spawn} from 'node:child_process'
import {readFileSync} from 'node:fs'
import {resolve} from 'node:path'
import {createInterface} from 'node:readline'
import {setTimeout} from 'node:timers/promises'
import type {Event} from '../../lib/pipeline/event.ts'

/** A command with --json while it runs. */
export interface Watched {
  readonly process: ChildProcess
  /** What it has told so far. */
  readonly events: readonly Event[]
  readonly ended: Promise<void>
  /** Waits until its events are as wished; fails when it ends before. */
  until(isReached: (events: readonly Event[]) => boolean): Promise<void>
}

/** Starts `nearmiss` in a folder, to be killed. */
export function startWatched(folder: string, args: readonly string[]): Watched {
  const binary = resolve(import.meta.dirname, '../../lib/cli/nearmiss.mjs')
  const child = spawn(process.execPath, [binary, ...args], {cwd: folder, stdio: ['ignore', 'pipe', 'ignore']})
  const events: Event[] = []
  createInterface({input: child.stdout}).on('line', (line) => events.push(...parseEvents(line)))
  return {
    process: child as ChildProcess,
    events,
    ended: new Promise<void>((done) => child.once('close', () => done())),
    until: async (isReached) => {
      while (!isReached(events)) {
        assert.equal(child.exitCode, null, 'it ended before it came that far')
        await setTimeout(2)
      }
    },
  }
}

/** The lines of an output that are events. */
export function parseEvents(lines: string): Event[] {
  return lines
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Event)
}

/** The stage process of a runner, by the kernel's table of processes. */
export function stageOf(runner: number): number {
  const children = readFileSync(`/proc/${runner}/task/${runner}/children`, 'utf8').trim().split(' ').map(Number)
  const stage = children.find((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('stage-process'))
  assert.ok(stage !== undefined, `no stage among the children ${children} of ${runner}`)
  return stage
}
