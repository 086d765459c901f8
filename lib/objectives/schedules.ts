import type {ScheduleSpec} from './parameters/schedule.ts'

/** A step of training: epochs count from 1, steps inside an epoch from 0. */
export interface Moment {
  readonly epoch: number
  readonly step: number
  readonly stepsPerEpoch: number
}

/** Learning rate in force at a step. It depends on nothing else, so asking for more epochs changes no earlier step. */
export function learningRate(schedule: ScheduleSpec, base: number, moment: Moment): number {
  switch (schedule.name) {
    case 'constant':
      return base
    case 'cosine':
      return base * cosine(schedule, moment)
    case 'step':
      return base * schedule.gamma ** schedule.milestones.filter((milestone) => moment.epoch > milestone).length
  }
}

/** A line up to 1 over the warm-up, then half a cosine down to the floor (Loshchilov and Hutter 2017, one cycle). */
function cosine(schedule: Extract<ScheduleSpec, {name: 'cosine'}>, {epoch, step, stepsPerEpoch}: Moment): number {
  const {warmup_steps, warmup_from, floor} = schedule
  const done = (epoch - 1) * stepsPerEpoch + step
  if (done < warmup_steps) return warmup_from + ((1 - warmup_from) * done) / warmup_steps
  const length = schedule.epochs * stepsPerEpoch - warmup_steps
  const progress = Math.min(1, (done - warmup_steps) / Math.max(length, 1))
  return floor + ((1 - floor) * (1 + Math.cos(Math.PI * progress))) / 2
}
