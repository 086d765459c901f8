import {formatCount} from '../text/number.ts'
import type {ReadCell} from './scan.ts'

/** Counts training steps, and among them those that had nothing to learn from, while the table passes by. */
export function gatherIdleSteps(): {visit(row: ReadCell): void; lines(): string[]} {
  let [steps, idle, withoutTuples] = [0, 0, 0]
  return {
    visit(row) {
      steps++
      if (row('active_fraction') === 0) idle++
      if (Number.isNaN(row('positive_distance')) && Number.isNaN(row('negative_distance'))) withoutTuples++
    },
    lines() {
      if (steps === 0) return []
      const count = idle === 0 ? 'none' : formatCount(idle)
      const without = withoutTuples === 0 ? '' : `, ${formatCount(withoutTuples)} without any tuple`
      return ['', `steps with nothing to learn (no loss above 0): ${count} of ${formatCount(steps)}${without}`]
    },
  }
}
