import type {ScheduleParameters} from '../parameters/schedule.ts'
import {halfCosine} from './half-cosine.ts'
import type {Schedule} from './schedule.ts'

/** Half a cosine down to the floor, which stays (Loshchilov and Hutter 2017, one cycle). */
export const schedule: Schedule<ScheduleParameters<'cosine'>> = (
  {epochs, warmup_steps, floor},
  {done, stepsPerEpoch},
) => {
  const length = epochs * stepsPerEpoch - warmup_steps
  return {share: halfCosine(floor, Math.min(1, done / Math.max(length, 1)))}
}
