import {didYouMean} from '../../pipeline/did-you-mean.ts'
import type {Kind} from '../choices/description.ts'
import {renderChoice, renderList} from '../choices/render.ts'
import {openDescriptions, type Project} from '../project.ts'
import type {Terminal} from '../terminal.ts'
import {UsageError} from '../usage-error.ts'

/** Lists what there is to choose from, or tells all about one of them. */
export async function choices(
  project: Project,
  kind: Kind,
  name: string | undefined,
  options: {json: boolean},
  terminal: Terminal,
): Promise<number> {
  const all = (await openDescriptions(project))[kind]()
  const chosen = name === undefined ? all : all.filter((choice) => choice.name === name)
  if (chosen.length === 0) {
    throw new UsageError(
      `${name} is none of the ${kind}${didYouMean(
        name!,
        all.map((choice) => choice.name),
      )}`,
    )
  }
  if (options.json) terminal.print([JSON.stringify(name === undefined ? chosen : chosen[0], null, 2)])
  else terminal.print(name === undefined ? renderList(chosen, terminal) : renderChoice(chosen[0]!, terminal))
  return 0
}
