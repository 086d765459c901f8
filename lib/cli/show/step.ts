import {formatFigure, formatPlural} from '../text/number.ts'
import {fit} from '../text/table.ts'
import type {ImageNames} from './images.ts'
import type {Page} from './render.ts'
import type {ReadCell} from './scan.ts'

interface Slot {
  readonly group: number
  readonly role: string
  readonly image: number
}

/** The first training step that passes by, with all its slots. */
export interface PlannedStep {
  readonly step: number
  readonly lr: number
  readonly slots: readonly Slot[]
}

/** Keeps the first step of a plan while the table passes by. */
export function gatherFirstStep(): {visit(row: ReadCell): void; step(): PlannedStep | undefined} {
  let first: {step: number; lr: number; slots: Slot[]} | undefined
  return {
    visit(row) {
      const step = row('step') as number
      first ??= {step, lr: row('lr') as number, slots: []}
      if (step !== first.step) return
      first.slots.push({group: row('group') as number, role: row('role') as string, image: row('image') as number})
    },
    step: () => first,
  }
}

/** One line per group of a step: a triplet's three images, or a class with its drawings. */
export function renderStep(planned: PlannedStep, images: ImageNames, groupCount: number, page: Page): string[] {
  const groups = new Map<number, Slot[]>()
  for (const slot of planned.slots) groups.set(slot.group, [...(groups.get(slot.group) ?? []), slot])
  const lines = [...groups]
    .slice(0, groupCount)
    .map(([group, slots]) => fit(`  ${group}: ${describeGroup(slots, images)}`, page.width))
  const more = groups.size - lines.length
  const title = `step ${planned.step}: ${formatPlural(planned.slots.length, 'image')} in ${formatPlural(groups.size, 'group')}, learning rate ${formatFigure(planned.lr)}`
  return ['', title, ...lines, ...(more > 0 ? [`  … ${formatPlural(more, 'more group')}`] : [])]
}

function describeGroup(slots: readonly Slot[], images: ImageNames): string {
  const [first] = slots
  if (first?.role === 'member') return `${nameOf(first.image, images)}${slots.map(({image}) => image).join(' ')}`
  return slots.map(({role, image}) => `${role} ${nameOf(image, images)}${image}`).join(', ')
}

function nameOf(image: number, images: ImageNames): string {
  const name = images.get(image)?.className
  return name === undefined ? '' : `${name} `
}
