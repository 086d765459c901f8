import type {Schedule} from './schedule.ts'

export const schedule: Schedule<object> = () => ({share: 1})
