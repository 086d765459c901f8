import {setTimeout} from 'node:timers/promises'

/** Lets a test make a stage fail or block: NEARMISS_TOY_TROUBLE="train:user", other stages are not concerned. */
export async function trouble(stage: string): Promise<void> {
  const [where, what] = process.env.NEARMISS_TOY_TROUBLE?.split(':') ?? []
  if (where !== stage) return
  if (what === 'user')
    throw Object.assign(new Error('two files cannot be read:\n  a.jpg\n  b.jpg'), {name: 'UserError'})
  if (what === 'bug') throw new TypeError('weight is not a function')
  if (what === 'full') throw Object.assign(new Error('ENOSPC'), {code: 'ENOSPC', path: 'model.json', syscall: 'write'})
  if (what === 'sleep') await setTimeout(60_000)
  if (what === 'block') {
    process.stdout.write('blocking\n')
    for (const end = Date.now() + 3_000; Date.now() < end; );
  }
}
