import type {Progress} from './stage.ts'

/** Everything that can happen in a run. Terminal, events.jsonl, `status` and the exit code are views of this one union. */
export type Event = {readonly at: string} & (
  | {readonly kind: 'run-started'; readonly run: string; readonly epochs: number; readonly pid: number}
  | {
      readonly kind: 'waiting'
      readonly for: string
      readonly pid: number
      readonly what: 'run' | 'node'
      readonly node?: string
    }
  | {readonly kind: 'hit'; readonly node: string; readonly key: string}
  | {readonly kind: 'damaged'; readonly node: string; readonly key: string; readonly reason: string}
  | {
      readonly kind: 'started'
      readonly node: string
      readonly key: string
      readonly reason: string
      readonly resumedFromStep?: number
    }
  | {readonly kind: 'progress'; readonly node: string; readonly progress: Progress}
  | {readonly kind: 'note'; readonly node: string; readonly text: string}
  | {
      readonly kind: 'committed'
      readonly node: string
      readonly key: string
      readonly seconds: number
      readonly bytes: number
      readonly facts: Readonly<Record<string, number | string>>
    }
  | {readonly kind: 'stopped'; readonly node: string; readonly reason: string; readonly step?: number}
  | {
      readonly kind: 'failed'
      readonly node: string
      readonly exitCode: number
      readonly problems: readonly string[]
      readonly log: string
    }
  | {readonly kind: 'evicted'; readonly node: string; readonly output: string; readonly bytes: number}
  | {
      readonly kind: 'run-finished'
      readonly run: string
      readonly computed: number
      readonly hits: number
      readonly seconds: number
    }
)
