import type {HostTensor, StateDict} from '../engine/state-dict.ts'
import {UserError} from '../user-error.ts'
import {readModel, readTraining} from './checkpoint.ts'
import {traceNetwork} from './graph.ts'

/**
 * What breaks the contract of a model file, one sentence each; empty when it holds: it can be read, every tensor of its network
 * is there in its shape, all numbers are finite, running variances are above 0 and counts are not negative.
 */
export function checkModel(path: string): Promise<string[]> {
  return readingProblems(async () => {
    const {spec, weights} = await readModel(path)
    const problems = finiteProblems(weights)
    for (const {name, role} of (await traceNetwork(spec)).tensors) {
      const {data} = weights.get(name)!
      const bad =
        role === 'variance'
          ? data.findIndex((value) => !(value > 0))
          : role === 'count'
            ? data.findIndex((value) => value < 0)
            : -1
      if (bad >= 0)
        problems.push(
          `Tensor ${name} holds ${data[bad]} at ${bad}; a ${role} must be ${role === 'count' ? 'at least' : 'above'} 0.`,
        )
    }
    return problems
  })
}

/** What breaks the contract of a training file, one sentence each: it can be read and all numbers are finite. */
export function checkTraining(path: string): Promise<string[]> {
  return readingProblems(async () => finiteProblems((await readTraining(path)).tensors))
}

async function readingProblems(check: () => Promise<string[]>): Promise<string[]> {
  try {
    const problems = await check()
    return problems.length > listed
      ? [...problems.slice(0, listed), `There are ${problems.length - listed} more such problems.`]
      : problems
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    return [error.message]
  }
}

const listed = 10

function finiteProblems(tensors: StateDict): string[] {
  return [...tensors].flatMap(([name, tensor]) => {
    const at = tensor.dtype === 'F32' ? tensor.data.findIndex((value) => !Number.isFinite(value)) : -1
    return at < 0
      ? []
      : [`Tensor ${name} [${tensor.shape}] holds ${valueAt(tensor, at)} at ${at}; all numbers must be finite.`]
  })
}

function valueAt({data}: HostTensor, index: number): string {
  return String(data[index])
}
