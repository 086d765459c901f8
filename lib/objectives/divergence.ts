import {UserError} from '../user-error.ts'

/** What to say of a batch whose loss or gradient is no finite number. */
export function divergence(found: number): UserError {
  return new UserError(
    `The loss of a batch or its gradient is ${found}: its embeddings hold NaN, infinite or far too large numbers, so training has diverged. Lower optimizer.lr, lengthen schedule.warmup_steps or set optimizer.clip_norm.`,
  )
}
