/**
 * Places where a power cut or SIGKILL hurts most: before and after every fsync and rename by which something becomes visible.
 * The kill tests set NEARMISS_CRASH="after-rename-entry:2" and the process kills itself at the second time it comes there.
 */
const durableSteps = [
  'fsync-output', // each output file of an attempt
  'fsync-manifest',
  'fsync-attempt', // the attempt's folder
  'rename-entry', // the one rename that commits
  'fsync-store', // the folder that received it
  'fsync-refs',
  'rename-refs',
  'fsync-run',
  'rename-run',
  'fsync-snapshot-file', // in the stage: each file of a mid-stage snapshot
  'fsync-snapshot',
  'rename-snapshot',
  'fsync-scratch',
  'remove-scratch', // after the commit
  'fsync-dropped', // the mark that a keep rule lets an output go
  'unlink-dropped',
] as const

export type DurableStep = (typeof durableSteps)[number]

/** Every point that NEARMISS_CRASH can name. */
export const crashPoints = durableSteps.flatMap((step) => [`before-${step}`, `after-${step}`] as const)

const [crashPoint, crashCount = '1'] = process.env.NEARMISS_CRASH?.split(':') ?? []
let arrivals = 0

/** Does a step between its two crash points. */
export async function durably<T>(step: DurableStep, act: () => Promise<T>): Promise<T> {
  if (crashPoint === undefined) return act()
  dieAt(`before-${step}`)
  const result = await act()
  dieAt(`after-${step}`)
  return result
}

function dieAt(point: string): void {
  if (point !== crashPoint) return
  arrivals += 1
  if (arrivals === Number(crashCount)) process.kill(process.pid, 'SIGKILL')
}
