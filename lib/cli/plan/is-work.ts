import type {PlannedNode} from '../../pipeline/plan.ts'

/** Whether a run would, or might, compute a node; what is gone is left out. */
export function isWork({state}: PlannedNode): boolean {
  return state === 'run' || state === 'maybe'
}
