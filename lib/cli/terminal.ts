import {exitCode} from './exit-code.ts'
import {colourPaint, type Paint, plainPaint} from './text/paint.ts'

/** What verbs print on; the one place that knows whether a person is watching. */
export interface Terminal {
  readonly isInteractive: boolean
  /** Columns; 80 where nobody is watching. */
  readonly width: number
  readonly paint: Paint
  /** Aborted once nobody reads stdout any more, or nothing can be written to it. */
  readonly gone: AbortSignal
  print(lines: readonly string[]): void
  /** To stderr: failures and advice, so that data in a pipe stays data. */
  printError(lines: readonly string[]): void
}

/** The terminal of this process. `hasColors` honours NO_COLOR, FORCE_COLOR and TERM=dumb. */
export function openTerminal(): Terminal {
  const {stdout, stderr} = process
  const gone = new AbortController()
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (gone.signal.aborted) return
    const isClosed = error.code === 'EPIPE'
    if (!isClosed) stderr.write(`nearmiss: stdout cannot be written to: ${error.message}\n`)
    gone.abort()
    // Whoever hears of Ctrl-C has work to end in order; for all others a reader that has seen enough (`| head`) is no failure.
    if (process.listenerCount('SIGINT') === 0) process.exit(isClosed ? exitCode.ok : exitCode.stageFailed)
  })
  stderr.on('error', () => undefined) // nobody is left to tell
  return {
    // A terminal without a size (some containers) cannot be drawn in.
    isInteractive: stdout.isTTY === true && stdout.columns > 0 && process.env.TERM !== 'dumb',
    get width() {
      return stdout.columns || 80
    },
    gone: gone.signal,
    paint: stdout.isTTY === true && stdout.hasColors() ? colourPaint : plainPaint,
    print: (lines) => void stdout.write(lines.map((line) => `${line}\n`).join('')),
    printError: (lines) => void stderr.write(lines.map((line) => `${line}\n`).join('')),
  }
}
