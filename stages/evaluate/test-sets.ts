import {bounded} from '../../lib/data/wording.ts'
import type {DescriptorSet} from '../../lib/engine/nearest/sets.ts'
import {UserError} from '../../lib/user-error.ts'
import {type Classes, joinClasses, openNumbering, ownClasses, readLabels, readSplit} from './classes.ts'
import {type Described, readDescribed} from './described.ts'
import {splitByMembership} from './membership.ts'
import type {TestSet} from './test-set.ts'

/** What is to be measured, and what is known of where it comes from. */
export interface Material {
  readonly sets: readonly TestSet[]
  /** Goes into metrics.json as it is. */
  readonly origin: Readonly<Record<string, unknown>>
}

/** Files of the stage by the names of its inputs. */
export type Inputs = Readonly<Record<string, string | undefined>>

/**
 * Puts descriptors and classes together, and says who is looked for among whom. Classes come from `labels`, else from the file of
 * descriptors itself, else from the table of images. With a gallery, an id that both sides have is one image described twice:
 * it is not among what that query may find. Throws UserError, naming rows or images, where files do not fit each other.
 */
export async function openMaterial(inputs: Inputs, split: string): Promise<Material> {
  const described = await readDescribed(inputs.descriptors!)
  const classes = await findClasses(described, inputs.labels, split, () => readSplit(inputs.images!, split))
  const gallery = inputs.gallery === undefined ? undefined : await readDescribed(inputs.gallery)
  const galleryClasses = gallery && (await findClasses(gallery, inputs.gallery_labels, split, async () => classes))
  const numbers = openNumbering([classes.label, galleryClasses?.label ?? []])
  const queries = joinClasses(described, classes, numbers)
  // Without ids nothing of the gallery is a query again.
  const references =
    gallery && galleryClasses ? joinClasses(gallery, galleryClasses, numbers, queries.id.at(-1)! + 1) : queries
  checkPair(queries, references, described, gallery)
  const sets =
    inputs.membership === undefined
      ? [{name: '', queries, references}]
      : await splitByMembership(inputs.membership, split, queries, references)
  return {sets, origin: classes.origin}
}

async function findClasses(
  described: Described,
  labels: string | undefined,
  split: string,
  otherwise: () => Promise<Classes>,
): Promise<Classes> {
  return labels === undefined ? (ownClasses(described) ?? otherwise()) : readLabels(labels, split)
}

function checkPair(queries: DescriptorSet, references: DescriptorSet, described: Described, gallery?: Described): void {
  if (queries.id.length === 0)
    throw new UserError(`${described.path} has no descriptor to ask with. Give another file.`)
  if (gallery === undefined) return
  if (references.id.length === 0) throw new UserError(`The gallery ${gallery.path} is empty: nobody can be found.`)
  if (queries.dim !== references.dim)
    throw new UserError(
      `Descriptors of queries have ${queries.dim} numbers (${described.path}), those of the gallery ${references.dim} (${gallery.path}). ` +
        'Both must come from models that describe in one space.',
    )
  const labelOf = new Map(Array.from(queries.id, (id, row) => [id, queries.label[row]!]))
  const torn = Array.from(references.id).filter(
    (id, row) => (labelOf.get(id) ?? references.label[row]) !== references.label[row],
  )
  if (torn.length > 0)
    throw new UserError(
      `Ids of ${described.path} and ${gallery.path} do not name the same images: they have other classes for ${bounded(torn.map(String))}. ` +
        'Number the images of both tables together.',
    )
}
