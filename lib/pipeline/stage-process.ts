/** The process that a stage runs in: takes one job over IPC, runs it, says how it ended. Its output goes to the node's log. */
import {dirname} from 'node:path'
import {pathToFileURL} from 'node:url'
import {describeFileError} from './file-error.ts'
import {openScratch} from './scratch.ts'
import type {StageContext} from './stage.ts'
import type {FromStage, StageJob, ToStage} from './stage-job.ts'

const stop = new AbortController()

// Without its runner a stage must not go on writing: somebody else may be starting the same work.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))
// It may be gone already: then nobody tells.
if (!process.connected) process.kill(process.pid, 'SIGKILL')

process.on('message', (message: ToStage) => {
  if (message.kind === 'stop') stop.abort()
  else void runJob(message.job)
})

async function runJob(job: StageJob): Promise<void> {
  const folder = dirname(Object.values(job.outputs)[0] ?? job.scratch)
  const last = await runStage(job).catch((error: unknown) => describeEnd(error, folder))
  // Workers that a stage left running must not keep the process alive; the message must be out before it goes.
  process.send!(last, () => process.exit(last.kind === 'failed' ? 1 : 0))
}

async function runStage({module, scratch, ...given}: StageJob): Promise<FromStage> {
  const {run} = (await import(pathToFileURL(module).href)) as {run: (context: StageContext) => Promise<void>}
  await run({
    ...given,
    scratch: openScratch(scratch),
    signal: stop.signal,
    progress: (progress) => send({kind: 'progress', progress}),
    note: (sentence) => send({kind: 'note', sentence}),
    report: (facts) => send({kind: 'report', facts}),
  })
  return {kind: 'done'}
}

function send(message: FromStage): void {
  process.send!(message)
}

function describeEnd(error: unknown, folder: string): FromStage {
  if (!(error instanceof Error)) return {kind: 'failed', expected: false, message: String(error)}
  const asked = stop.signal.aborted && error.name === 'AbortError'
  if (error.name === 'Stopped' || asked) return {kind: 'stopped', reason: error.message}
  if (error.name === 'UserError') return {kind: 'failed', expected: true, message: error.message}
  const fileProblem = describeFileError(error, folder)
  if (fileProblem !== undefined) return {kind: 'failed', expected: true, message: fileProblem}
  process.stderr.write(`${error.stack ?? error.message}\n`)
  return {kind: 'failed', expected: false, message: `${error.name}: ${error.message}`}
}
