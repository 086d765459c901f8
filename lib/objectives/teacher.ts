import type {Raw} from '../engine/op.ts'
import {UserError} from '../user-error.ts'
import type {LossBatch} from './loss.ts'

/** The teacher's embeddings of a batch, for losses that cannot do without. `dim`: how many numbers they must have, if it matters. */
export function teacherOf({teacher}: LossBatch, loss: string, dim?: number): Raw {
  if (teacher === undefined)
    throw new UserError(`The loss ${loss} needs the embeddings of a teacher, and this run has none.`)
  const own = teacher.shape[1]!
  if (dim !== undefined && own !== dim) {
    throw new UserError(
      `The loss ${loss} compares embeddings with a teacher’s number by number, but the teacher’s have ${own} and ours ${dim}. Give the network the teacher’s dimension.`,
    )
  }
  return teacher
}
