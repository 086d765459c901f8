import {colourPaint, type Paint, plainPaint} from './text/paint.ts'

/** What verbs print on; the one place that knows whether a person is watching. */
export interface Terminal {
  readonly isInteractive: boolean
  /** Columns; 80 where nobody is watching. */
  readonly width: number
  readonly paint: Paint
  print(lines: readonly string[]): void
  /** To stderr: failures and advice, so that data in a pipe stays data. */
  printError(lines: readonly string[]): void
}

/** The terminal of this process. `hasColors` honours NO_COLOR, FORCE_COLOR and TERM=dumb. */
export function openTerminal(): Terminal {
  const {stdout, stderr} = process
  // A reader that has seen enough (`| head`) is no failure.
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    process.exit(0)
  })
  return {
    // A terminal without a size (some containers) cannot be drawn in.
    isInteractive: stdout.isTTY === true && stdout.columns > 0 && process.env.TERM !== 'dumb',
    get width() {
      return stdout.columns || 80
    },
    paint: stdout.isTTY === true && stdout.hasColors() ? colourPaint : plainPaint,
    print: (lines) => void stdout.write(lines.map((line) => `${line}\n`).join('')),
    printError: (lines) => void stderr.write(lines.map((line) => `${line}\n`).join('')),
  }
}
