import type {ScheduleParameters} from '../parameters/schedule.ts'
import type {Schedule} from './schedule.ts'

/** torch.optim.lr_scheduler.MultiStepLR and StepLR, stepped at the end of each epoch. */
export const schedule: Schedule<ScheduleParameters<'step'>> = ({milestones, every, gamma}, {epoch}) => {
  const drops =
    every === undefined ? milestones!.filter((milestone) => epoch > milestone).length : Math.floor((epoch - 1) / every)
  return {share: gamma ** drops}
}
