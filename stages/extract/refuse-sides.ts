import {UserError} from '../../lib/user-error.ts'
import {findSideProblems, type Shown} from '../picture-sides.ts'

/**
 * Throws UserError with every size that a model does not take, before a picture is read: which backbone is in a file, or which size an
 * evaluation asks for, is seen by no configuration.
 */
export function refuseSides(shown: Shown): void {
  const problems = findSideProblems(shown).map(({side, scaled, wanted, near}) => {
    const pictures = scaled ? `${scaled.side} pixels (${side} at scale ${scaled.scale})` : `${side} pixels`
    return `Pictures of ${pictures} are not for the model: a side must be ${wanted}. ${scaled ? `Scale ${scaled.better} makes ${near}` : `Take ${near}, for instance`}.`
  })
  if (problems.length > 0) throw new UserError(problems.join('\n'))
}
