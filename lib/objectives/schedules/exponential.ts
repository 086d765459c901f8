import type {ScheduleParameters} from '../parameters/schedule.ts'
import type {Schedule} from './schedule.ts'

/** torch.optim.lr_scheduler.ExponentialLR, stepped at the end of each epoch. */
export const schedule: Schedule<ScheduleParameters<'exponential'>> = ({gamma}, {epoch}) => ({
  share: gamma ** (epoch - 1),
})
