import {Worker} from 'node:worker_threads'
import {UserError} from '../../user-error.ts'
import {bounded} from '../wording.ts'
import type {FromWorker, ToWorker, WorkerSetup} from './messages.ts'
import type {Pass} from './pass.ts'
import {failuresWhenReady} from './ring.ts'

/** The threads of a loader, as the consumer's thread sees them. */
interface Crew {
  begin(pass: Pass): void
  /** Resolves when a batch is complete; rejects when some of its pictures could not be read or a thread broke. */
  completed(pass: Pass, batch: number): Promise<void>
  close(): Promise<void>
}

export function startCrew(count: number, setup: WorkerSetup): Crew {
  const workers = Array.from(
    {length: count},
    () => new Worker(new URL('./worker.mjs', import.meta.url), {workerData: setup}),
  )
  const exits = workers.map((worker) => new Promise<void>((done) => worker.once('exit', () => done())))
  const failures: {pass: number; row: number; problem: string}[] = []
  let broken: unknown
  let closing = false
  let wake = () => {}
  for (const worker of workers) {
    // Only while somebody waits do threads keep the process alive.
    worker.unref()
    worker.on('message', (message: FromWorker) => {
      if (message.kind === 'failed') failures.push(message)
      wake()
    })
    worker.on('error', (error) => {
      broken ??= error
      wake()
    })
    worker.on('exit', (code) => {
      if (!closing) broken ??= new Error(`A thread of the loader ended by itself, exit code ${code}.`)
      wake()
    })
  }

  const failuresOf = ({number, firstRow}: Pass, batch: number) =>
    failures.filter(({pass, row}) => pass === number && firstRow[batch]! <= row && row < firstRow[batch + 1]!)

  const completed = async (pass: Pass, batch: number): Promise<void> => {
    for (;;) {
      if (broken !== undefined) throw broken
      const failed = failuresWhenReady(pass.ring, batch)
      if (failed === 0) return
      // The last picture's message may come before that of one that failed in another thread.
      const found = failuresOf(pass, batch)
      if (failed !== undefined && found.length === failed) throw unreadable(found)
      await new Promise<void>((resume) => {
        for (const worker of workers) worker.ref()
        wake = resume
      })
      for (const worker of workers) worker.unref()
    }
  }

  return {
    begin: (pass) => {
      for (const worker of workers) worker.postMessage({kind: 'pass', pass} satisfies ToWorker)
    },
    completed,
    close: async () => {
      closing = true
      for (const worker of workers) {
        worker.ref()
        worker.postMessage({kind: 'close'} satisfies ToWorker)
      }
      await Promise.all(exits)
    },
  }
}

function unreadable(failures: readonly {row: number; problem: string}[]): UserError {
  const inOrder = failures.toSorted((a, b) => a.row - b.row)
  return new UserError(
    `${failures.length} pictures can no longer be used:\n${bounded([...new Set(inOrder.map(({problem}) => `- ${problem}`))], '\n', 20)}\n` +
      'They were fine when the images were listed. Restore them and run again; what is already computed is kept.',
  )
}
