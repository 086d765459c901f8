import type {ScheduleParameters} from '../parameters/schedule.ts'
import type {Schedule} from './schedule.ts'

/** A stretch of the cycle, as shares of the rate and of the way from the high to the low momentum. */
interface Phase {
  /** Its last step; need not be whole. */
  readonly end: number
  readonly from: number
  readonly to: number
  readonly momentumFrom: number
  readonly momentumTo: number
}

/**
 * One cycle (Smith and Topin 2018) as torch.optim.lr_scheduler.OneCycleLR: up to the rate, down far below where it began, momentum the
 * other way round. After its end the last values stay.
 */
export const schedule: Schedule<ScheduleParameters<'one-cycle'>> = (spec, {done, stepsPerEpoch}) => {
  const total = Math.max(1, Math.round(spec.epochs * stepsPerEpoch) - spec.warmup_steps)
  const step = Math.min(done, total - 1)
  const phases = phasesOf(spec, total)
  const number = phases.findIndex(({end}, i) => step <= end || i === phases.length - 1)
  const {end, from, to, momentumFrom, momentumTo} = phases[number]!
  const start = phases[number - 1]?.end ?? 0
  const progress = end > start ? (step - start) / (end - start) : 1
  const anneal = spec.anneal === 'cos' ? cosine : linear
  const share = anneal(from, to, progress)
  return spec.cycle_momentum ? {share, momentum: anneal(momentumFrom, momentumTo, progress)} : {share}
}

function phasesOf(spec: ScheduleParameters<'one-cycle'>, total: number): Phase[] {
  const {pct_start, three_phase, div_factor, final_div_factor, base_momentum: low, max_momentum: high} = spec
  const [first, last] = [1 / div_factor, 1 / div_factor / final_div_factor]
  const up = {end: pct_start * total - 1, from: first, to: 1, momentumFrom: high, momentumTo: low}
  if (!three_phase) return [up, {end: total - 1, from: 1, to: last, momentumFrom: low, momentumTo: high}]
  return [
    up,
    {end: 2 * pct_start * total - 2, from: 1, to: first, momentumFrom: low, momentumTo: high},
    {end: total - 1, from: first, to: last, momentumFrom: high, momentumTo: high},
  ]
}

function cosine(from: number, to: number, progress: number): number {
  return to + ((from - to) / 2) * (1 + Math.cos(Math.PI * progress))
}

function linear(from: number, to: number, progress: number): number {
  return from + (to - from) * progress
}
