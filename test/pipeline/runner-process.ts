/** The least that a command line is: options in, events out as lines of JSON, Ctrl-C handed on, an exit code. */
import {executeRun} from '../../lib/pipeline/run.ts'
import {Rig, type RigOptions} from './rig.ts'

const [folder = '', options = '{}'] = process.argv.slice(2)
const [stop, kill] = [new AbortController(), new AbortController()]
process.on('SIGINT', () => (stop.signal.aborted ? kill : stop).abort())

try {
  const {exitCode} = await executeRun({
    ...new Rig(folder).request(JSON.parse(options) as RigOptions),
    onEvent: (event) => process.stdout.write(`${JSON.stringify(event)}\n`),
    signal: stop.signal,
    kill: kill.signal,
  })
  process.exitCode = exitCode
} catch (error) {
  process.stderr.write(`${(error as Error).name}: ${(error as Error).message}\n`)
  process.exitCode = (error as {exitCode?: number}).exitCode ?? 1
}
