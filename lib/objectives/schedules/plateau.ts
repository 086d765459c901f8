import type {ScheduleParameters} from '../parameters/schedule.ts'
import type {Schedule} from './schedule.ts'

/** What past epochs' measurements have made of the rate (plateau.ts): the same in all steps of an epoch. */
export const schedule: Schedule<ScheduleParameters<'plateau'>> = (_, __, reduction) => ({share: reduction})
