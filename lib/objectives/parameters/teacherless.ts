import {lossCards} from '../losses/cards.ts'
import {partsOf} from '../parts.ts'
import {objectTo} from './objection.ts'
import {type ObjectiveSpec, objectiveParameters} from './objective.ts'

/** What can be trained without a teacher: no stage brings the embeddings of one yet. */
export const teacherlessObjective = objectTo(objectiveParameters, (spec: ObjectiveSpec) =>
  partsOf(spec).flatMap(({objective}, number) =>
    lossCards.find(({name}) => name === objective.loss)?.teacher === true
      ? [{path: 'losses' in spec ? ['losses', number, 'objective', 'loss'] : ['loss'], text: refusal()}]
      : [],
  ),
)

function refusal(): string {
  const others = lossCards.filter(({teacher}) => teacher !== true).map(({name}) => name)
  return `must be a loss that needs no teacher, for no stage brings a teacher’s embeddings yet: one of ${others.join(', ')}`
}
