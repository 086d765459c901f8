import {ExecaError, execa} from 'execa'
import {type PeakMemory, samplePeakMemory} from './memory.ts'

export interface Command {
  readonly file: string
  readonly args: readonly string[]
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
}

export interface Measured {
  /** Wall time from start to exit. */
  readonly seconds: number
  readonly memory: PeakMemory
  /** What it printed, one parsed JSON object a line; other lines are dropped. */
  readonly lines: readonly Readonly<Record<string, unknown>>[]
}

/** Runs a command to its end under the memory sampler. Throws with its last output when it fails. */
export async function measure({file, args, cwd, env}: Command): Promise<Measured> {
  const started = performance.now()
  const options = {...(cwd === undefined ? {} : {cwd}), ...(env === undefined ? {} : {env}), stdin: 'ignore'} as const
  const child = execa(file, args, options)
  if (child.pid === undefined)
    throw new Error(`${file} did not start: ${(await child.catch((error) => error)).message}`)
  const over = new AbortController()
  const memory = samplePeakMemory(child.pid, over.signal)
  try {
    const {stdout} = await child
    const seconds = (performance.now() - started) / 1000
    over.abort()
    return {seconds, memory: await memory, lines: stdout.split('\n').flatMap(parseLine)}
  } catch (error) {
    throw error instanceof ExecaError ? new Error(describeFailure(error)) : error
  } finally {
    over.abort()
  }
}

/** The end of what it said is enough: an epoch's events fill screens. */
function describeFailure({shortMessage, stdout, stderr}: ExecaError): string {
  return [shortMessage, ...String(stdout).split('\n').slice(-5), ...String(stderr).split('\n').slice(-20)].join('\n')
}

function parseLine(line: string): Record<string, unknown>[] {
  return line.startsWith('{') ? [JSON.parse(line) as Record<string, unknown>] : []
}
