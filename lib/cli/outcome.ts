import {relative} from 'node:path'
import type {Event} from '../pipeline/event.ts'
import {shellWord} from '../shell-word.ts'
import {exitCode} from './exit-code.ts'
import type {Paint} from './text/paint.ts'
import {wrap} from './text/table.ts'

/** What is said at the end of a run that did not get where it should. */
export interface Outcome {
  readonly exitCode: number
  /** The event that ended it, if one did. */
  readonly last?: Extract<Event, {kind: 'failed' | 'stopped' | 'waiting'}>
  /** How many nodes were committed before. */
  readonly committed: number
  /** The command to go on with. */
  readonly command: string
}

export interface OutcomePage {
  readonly width: number
  readonly paint: Paint
  /** Paths are shown from here. */
  readonly folder: string
}

const meanings: Readonly<Record<number, string>> = {
  [exitCode.stageFailed]: 'the stage failed',
  [exitCode.damaged]: 'an artifact is damaged',
  [exitCode.contract]: 'its output breaks the contract',
  [exitCode.stopped]: 'stopped on request',
  [exitCode.interrupted]: 'interrupted',
}

/** What happened, the problems, where the log is, what is kept, what to do; empty when all went well. */
export function renderOutcome(outcome: Outcome, page: OutcomePage): string[] {
  const {last} = outcome
  if (outcome.exitCode === exitCode.ok) return []
  switch (last?.kind) {
    case 'failed':
      return [
        page.paint('bad', `failed  ${last.node}: ${describe(last.exitCode)}`),
        ...last.problems.flatMap((problem) => problem.split('\n').flatMap((line) => paragraph('', line, page.width))),
        `log     ${relative(page.folder, last.log)}`,
        ...paragraph('kept', kept(outcome.committed), page.width),
        `next    mend it, then: ${outcome.command}`,
      ]
    case 'stopped':
      return [
        page.paint('warning', `stopped ${last.node}: ${last.reason}`),
        ...paragraph('kept', savedWork(last.step, outcome.committed), page.width),
        `next    continue with: ${outcome.command}`,
      ]
    case 'waiting':
      return [
        page.paint('warning', `locked  ${last.node ?? 'the run'}: ${last.for} works on it`),
        'next    leave out --no-wait, or see how far it is: npx nearmiss status',
      ]
    case undefined:
      return [
        page.paint('warning', `ended   ${describe(outcome.exitCode)}: nothing was begun`),
        `next    ${outcome.command}`,
      ]
  }
}

/** The command line as it can be typed again. */
export function quoteCommand(args: readonly string[]): string {
  return ['npx nearmiss', ...args.map(shellWord)].join(' ')
}

function describe(code: number): string {
  return `exit ${code}${meanings[code] === undefined ? '' : `, ${meanings[code]}`}`
}

function savedWork(step: number | undefined, committed: number): string {
  if (step === undefined) return kept(committed)
  return `its work up to step ${step} is saved; ${kept(committed)}`
}

function kept(committed: number): string {
  if (committed === 0) return 'everything that was committed before'
  return `${committed} ${committed === 1 ? 'stage' : 'stages'} committed by this command, and everything before it`
}

function paragraph(title: string, text: string, width: number): string[] {
  return wrap(text, width - 8).map((line, i) => `${(i === 0 ? title : '').padEnd(8)}${line}`)
}
