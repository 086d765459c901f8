import {ensure, LeftOut} from './demand.ts'
import {describeMissingMetrics, evict} from './evict.ts'
import {stop} from './failure.ts'
import {type Graph, type Node, openGraph} from './graph.ts'
import type {RunRequest} from './run-request.ts'
import {type Session, saveRefs} from './session.ts'
import {findEntry} from './store.ts'
import {work} from './work.ts'

/**
 * Computes what is missing as far as epoch `epochs`. How a stage ends is told by events and an exit code; what keeps a run from
 * starting is thrown: a ConfigError (2) for parameters that do not fit, a UserError (1) for a folder that cannot be written.
 */
export async function executeRun(request: RunRequest): Promise<{exitCode: number}> {
  const graph = openGraph(request.config, request.catalogue, request.epochs)
  return work(request, graph, async (session, record) => {
    for (const turn of turnsOf(graph)) {
      const before = session.count.computed
      for (const node of turn) await step(node, session)
      await saveRefs(session)
      const epoch = turn[0]?.epoch
      if (epoch === undefined || session.count.computed === before) continue
      const finished = {artifacts: request.artifacts, record, refs: session.refs, epoch}
      tellOnce(describeMissingMetrics(finished), turn.at(-1)!, session)
      lookAgain(await evict({...finished, tell: session.tell}), session)
    }
  })
}

/** The parts of the graph between which outputs may be dropped: what is outside the loop, then one epoch after the other. */
function turnsOf(graph: Graph): Node[][] {
  const turns = new Map<number | undefined, Node[]>()
  for (const node of graph.values()) turns.set(node.epoch, [...(turns.get(node.epoch) ?? []), node])
  return [...turns.values()]
}

async function step(node: Node, session: Session): Promise<void> {
  if (session.request.signal.aborted) stop(node, undefined, 'stopped before it started', session)
  try {
    await ensure(node.id, session)
  } catch (error) {
    if (!(error instanceof LeftOut)) throw error
    session.tell({kind: 'note', node: node.id, text: error.message})
  }
}

function tellOnce(sentences: readonly string[], node: Node, session: Session): void {
  for (const text of sentences) {
    if (session.told.has(text)) continue
    session.told.add(text)
    session.tell({kind: 'note', node: node.id, text})
  }
}

/** What was just dropped must not be taken for there. */
function lookAgain(dropped: ReadonlySet<string>, {done, request}: Session): void {
  for (const [id, known] of done) {
    if (!dropped.has(known.key)) continue
    const entry = findEntry(request.artifacts, known.key)
    if (entry.state === 'present') done.set(id, {...known, entry})
    else done.delete(id)
  }
}
