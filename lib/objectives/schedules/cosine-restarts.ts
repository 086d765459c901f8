import type {ScheduleParameters} from '../parameters/schedule.ts'
import {halfCosine} from './half-cosine.ts'
import type {Schedule} from './schedule.ts'

/** Half cosines after each other, each `multiply` times as long as the one before (SGDR: Loshchilov and Hutter 2017). */
export const schedule: Schedule<ScheduleParameters<'cosine-restarts'>> = (
  {epochs, multiply, floor},
  {done, stepsPerEpoch},
) => {
  let length = epochs * stepsPerEpoch
  let into = done
  if (multiply === 1) into %= length
  while (into >= length) {
    into -= length
    length *= multiply
  }
  return {share: halfCosine(floor, into / length)}
}
