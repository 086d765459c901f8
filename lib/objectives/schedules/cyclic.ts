import type {ScheduleParameters} from '../parameters/schedule.ts'
import type {Schedule} from './schedule.ts'

/** Up and down in lines (Smith 2017) as torch.optim.lr_scheduler.CyclicLR; momentum goes the other way round. */
export const schedule: Schedule<ScheduleParameters<'cyclic'>> = (spec, {done, stepsPerEpoch}) => {
  const {up_epochs, down_epochs = up_epochs, floor, cycle_momentum, base_momentum, max_momentum} = spec
  const cycles = done / ((up_epochs + down_epochs) * stepsPerEpoch)
  const number = Math.floor(cycles)
  const into = cycles - number
  const top = up_epochs / (up_epochs + down_epochs)
  const height = (into <= top ? into / top : (into - 1) / (top - 1)) * summit(spec, number, done)
  const share = floor + (1 - floor) * height
  return cycle_momentum ? {share, momentum: max_momentum - (max_momentum - base_momentum) * height} : {share}
}

/** How high a cycle goes. */
function summit({mode, gamma}: ScheduleParameters<'cyclic'>, cycle: number, step: number): number {
  switch (mode) {
    case 'triangular':
      return 1
    case 'triangular2':
      return 0.5 ** cycle
    case 'exp_range':
      return gamma ** step
  }
}
