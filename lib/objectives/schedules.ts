import type {ScheduleSpec} from './parameters/schedule.ts'
import type {Moment, Rate, Schedule} from './schedules/schedule.ts'

/** The learning rate of a step, and its momentum where the schedule has one. */
export interface PlannedRate {
  readonly lr: number
  readonly momentum?: number
}

/**
 * Opens a schedule over a base rate. Only its own module is loaded, so that another one never changes its keys. `reduction` is the
 * plateau schedule's.
 */
export async function openSchedule(
  spec: ScheduleSpec,
  base: number,
  reduction = 1,
): Promise<(moment: Moment) => PlannedRate> {
  const {href} = new URL(`schedules/${spec.name}.ts`, import.meta.url)
  const {schedule} = (await import(href)) as {schedule: Schedule<ScheduleSpec>}
  return (moment) => {
    const passed = (moment.epoch - 1) * moment.stepsPerEpoch + moment.step
    const done = Math.max(0, passed - spec.warmup_steps)
    const {share, ...rest}: Rate = schedule(spec, {...moment, done}, reduction)
    return {lr: base * share * warmUp(spec, passed), ...rest}
  }
}

/** A line up to 1. */
function warmUp({warmup_steps, warmup_from}: ScheduleSpec, passed: number): number {
  return passed < warmup_steps ? warmup_from + ((1 - warmup_from) * passed) / warmup_steps : 1
}
