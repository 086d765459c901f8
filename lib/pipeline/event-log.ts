import {appendFileSync, closeSync, existsSync, fstatSync, openSync, readSync} from 'node:fs'
import type {Event} from './event.ts'
import {eventsFile, readRefs} from './runs.ts'

/** An event before it has its time. */
export type News = Event extends infer Each ? (Each extends Event ? Omit<Each, 'at'> : never) : never

/** Tells everybody what happens: the person watching and runs/<run>/events.jsonl. */
export type Tell = (news: News) => void

const progressEveryMs = 1_000

/**
 * Opens the run's log for appending; `status` in another terminal lives on it. That what the run had is still there is no news: every
 * `make epoch` of a long run would add all epochs before.
 */
export function openEventLog(artifacts: string, run: string, onEvent: (event: Event) => void): Tell {
  const file = eventsFile(artifacts, run)
  const refs = readRefs(artifacts, run)
  let torn = isTorn(file)
  let lastProgressMs = Number.NEGATIVE_INFINITY
  return (news) => {
    const event = {at: new Date().toISOString(), ...news} as Event
    onEvent(event)
    if (event.kind === 'hit' && refs[event.node] === event.key) return
    if (event.kind === 'progress') {
      const nowMs = performance.now() // the wall clock may be set back
      if (nowMs - lastProgressMs < progressEveryMs) return
      lastProgressMs = nowMs
    }
    try {
      appendFileSync(file, `${torn ? '\n' : ''}${JSON.stringify(event)}\n`)
      torn = false
    } catch {
      // A full disk must not end a run in its log: the next output meets the same disk and says so.
    }
  }
}

/** A kill in the middle of a line: the next event must not be glued to it. */
function isTorn(file: string): boolean {
  if (!existsSync(file)) return false
  const log = openSync(file, 'r')
  const {size} = fstatSync(log)
  const last = Buffer.alloc(1)
  if (size > 0) readSync(log, last, 0, 1, size - 1)
  closeSync(log)
  return size > 0 && last.toString() !== '\n'
}
