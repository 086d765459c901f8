import {existsSync} from 'node:fs'
import {setTimeout} from 'node:timers/promises'

/** Lets a test make a stage fail or block: NEARMISS_TOY_TROUBLE="train:user", other stages are not concerned. One that blocks hears nothing until there is a file `unblock`. */
export async function trouble(stage: string): Promise<void> {
  const [where, what] = process.env.NEARMISS_TOY_TROUBLE?.split(':') ?? []
  if (where !== stage) return
  if (what === 'user')
    throw Object.assign(new Error('two files cannot be read:\n  a.jpg\n  b.jpg'), {name: 'UserError'})
  if (what === 'bug') callDeeply(9)
  if (what === 'full') throw Object.assign(new Error('ENOSPC'), {code: 'ENOSPC', path: 'model.json', syscall: 'write'})
  if (what === 'sleep') await setTimeout(60_000)
  if (what === 'block') {
    process.stdout.write('blocking\n')
    const [waiter, end] = [new Int32Array(new SharedArrayBuffer(4)), Date.now() + 60_000]
    while (!existsSync('unblock') && Date.now() < end) Atomics.wait(waiter, 0, 0, 10)
  }
}

/** A stack that is longer than what is shown of it. */
function callDeeply(times: number): void {
  if (times === 0) multiply()
  else callDeeply(times - 1)
}

function multiply(): never {
  throw new TypeError('weight is not a function')
}
