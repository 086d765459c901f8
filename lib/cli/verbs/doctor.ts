import type {Finding} from '../doctor/finding.ts'
import {checkMachine} from '../doctor/machine.ts'
import {checkProject} from '../doctor/project.ts'
import {checkTensorflow} from '../doctor/tensorflow.ts'
import {exitCode} from '../exit-code.ts'
import type {Project} from '../project.ts'
import type {Terminal} from '../terminal.ts'
import {pad, wrap} from '../text/table.ts'

/** Checks machine, set-up and project; every problem says what to do. Exit code 1 when there is one. */
export async function doctor(project: Project, options: {json: boolean}, terminal: Terminal): Promise<number> {
  const groups = await Promise.all([checkMachine(project), checkTensorflow(), checkProject(project)])
  const findings = groups.flat()
  const problems = findings.filter((finding) => finding.advice !== undefined).length
  if (options.json) terminal.print([JSON.stringify(findings, null, 2)])
  else terminal.print([...renderFindings(findings, terminal), problems === 0 ? 'all well' : `${problems} to mend`])
  return problems === 0 ? exitCode.ok : exitCode.stageFailed
}

/** One line a check; under a problem, what to do. */
export function renderFindings(findings: readonly Finding[], page: Pick<Terminal, 'width' | 'paint'>): string[] {
  const width = Math.max(0, ...findings.map((finding) => finding.what.length))
  const indent = ' '.repeat(9 + width + 2)
  const marks = {
    ok: page.paint('good', 'ok     '),
    warning: page.paint('warning', 'warning'),
    problem: page.paint('bad', 'problem'),
  }
  return findings.flatMap((finding) => {
    const mark = marks[finding.grade ?? (finding.advice === undefined ? 'ok' : 'problem')]
    const text = [finding.found, ...(finding.advice === undefined ? [] : [finding.advice])].flatMap((part) =>
      part.split('\n').flatMap((line) => wrap(line, Math.max(30, page.width - indent.length))),
    )
    return text.map((line, i) => (i === 0 ? `${mark}  ${pad(finding.what, width)}  ${line}` : indent + line))
  })
}
