import {planRun} from '../../pipeline/plan.ts'
import {exitCode} from '../exit-code.ts'
import {isWork} from '../plan/is-work.ts'
import {renderPlan} from '../plan/render.ts'
import {loadTimes} from '../plan/times.ts'
import type {Project} from '../project.ts'
import {openRequest, type RequestOptions} from '../request.ts'
import type {Terminal} from '../terminal.ts'

/** Shows what `run` with the same options would do and why; exit code 3 when there is work. */
export async function plan(
  project: Project,
  options: RequestOptions & {json: boolean},
  terminal: Terminal,
): Promise<number> {
  const request = await openRequest(project, options)
  const nodes = await planRun(request)
  const seconds = loadTimes(project.artifacts, request.run)
  if (options.json) {
    const timed = nodes.map((node) => ({
      ...node,
      ...(isWork(node) && seconds.has(node.name) ? {seconds: seconds.get(node.name)} : {}),
    }))
    terminal.print([JSON.stringify({run: request.run, epochs: request.epochs, nodes: timed}, null, 2)])
  } else {
    terminal.print(renderPlan({run: request.run, epochs: request.epochs, nodes, seconds}, terminal))
  }
  return nodes.some(isWork) ? exitCode.planHasWork : exitCode.ok
}
