import type {Event} from '../../pipeline/event.ts'
import type {EpochHistory} from '../epochs/row.ts'
import type {Terminal} from '../terminal.ts'
import {renderEpochLine, renderLive} from './live.ts'
import {openPlainLines} from './plain.ts'
import {applyEvent, emptyView, type RunView} from './view.ts'

/** Shows a run's events to whoever watches. */
export interface Watcher {
  see(event: Event): void
  /** A line of the command itself. */
  say(line: string): void
  /** Leaves the last state on the screen and gives the cursor back. */
  close(): void
}

export interface WatchOptions {
  readonly json: boolean
  readonly terminal: Terminal
  readonly epochStages: readonly string[]
  readonly loadHistory: () => EpochHistory
}

/** NDJSON when asked for, a block redrawn in place on a terminal, else timestamped lines. */
export async function openWatcher(options: WatchOptions): Promise<Watcher> {
  if (options.json) return openJsonWatcher(options.terminal)
  return options.terminal.isInteractive ? openLiveWatcher(options) : openPlainWatcher(options.terminal)
}

function openJsonWatcher(terminal: Terminal): Watcher {
  return {
    see: (event) => terminal.print([JSON.stringify(event)]),
    say: (line) => terminal.printError([line]),
    close: () => undefined,
  }
}

function openPlainWatcher(terminal: Terminal): Watcher {
  const linesOf = openPlainLines()
  return {
    see: (event) => terminal.print(linesOf(event)),
    say: (line) => terminal.print([line]),
    close: () => undefined,
  }
}

const frameMs = 200

async function openLiveWatcher({terminal, epochStages, loadHistory}: WatchOptions): Promise<Watcher> {
  const {createLogUpdate} = await import('log-update')
  const screen = createLogUpdate(process.stdout)
  let view = emptyView
  let history = loadHistory()
  const draw = () => {
    const lines = renderLive(view, history, {
      nowMs: Date.now(),
      width: terminal.width,
      paint: terminal.paint,
      epochStages,
    })
    screen(lines.join('\n'))
  }
  const leaveEpoch = (left: RunView) => {
    history = loadHistory()
    screen.persist(renderEpochLine(left, history))
  }
  const timer = setInterval(draw, frameMs)
  return {
    see(event) {
      const before = view
      view = applyEvent(view, event)
      if (before.epoch !== undefined && before.epoch !== view.epoch && computedSomething(before)) leaveEpoch(before)
      if (event.kind === 'note') screen.persist(`${event.node}: ${event.text}`)
      if (event.kind === 'damaged') screen.persist(`${event.node}: damaged, will be computed again: ${event.reason}`)
    },
    say: (line) => screen.persist(line),
    close() {
      clearInterval(timer)
      draw()
      screen.done()
    },
  }
}

function computedSomething(view: RunView): boolean {
  return view.nodes.some((node) => node.state === 'done')
}
