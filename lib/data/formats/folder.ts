import {extname, join} from 'node:path'
import {enumerate} from '../wording.ts'
import {checkRoot, type DataSet, throwProblems} from './data-set.ts'
import {listFolder} from './folder-tree.ts'
import {findLookAlikes} from './locate-files.ts'

/**
 * Reads one folder per class: the class number is the place of its name in code-point order, image ids count from 0 through
 * the classes in that order. Hidden files are passed over; files that are no pictures by name are passed over with a note,
 * unless they are a README or licence beside the class folders.
 * @throws UserError that lists everything wrong: nested folders, pictures outside a class folder, formats that cannot be read.
 */
export async function read(root: string): Promise<DataSet> {
  await checkRoot(root)
  const found = await findFiles(root)
  throwProblems(`The data set "${root}" cannot be used`, explain(found))
  const classNames = new Map(found.classes.map((name, label) => [label, name]))
  const labelOf = new Map(found.classes.map((name, label) => [name, label]))
  const path = found.pictures.map(({name, className}) => `${className}/${name}`)
  return {
    id: path.map((_, row) => row),
    path,
    label: found.pictures.map(({className}) => labelOf.get(className)!),
    classNames,
    notes: describePassedOver(found),
  }
}

const readable = /^\.(jpe?g|png|webp|tiff?|gif)$/i
const pictureButUnreadable = /^\.(bmp|heic|heif|avif|jp2|jxl|ppm|pgm|svg|raw|psd)$/i

interface Found {
  readonly classes: string[]
  readonly pictures: {className: string; name: string}[]
  readonly emptyClasses: string[]
  readonly nested: string[]
  readonly brokenLinks: string[]
  readonly outside: string[]
  readonly unreadable: string[]
  readonly noPictures: string[]
}

async function findFiles(root: string): Promise<Found> {
  const found: Found = {
    classes: [],
    pictures: [],
    emptyClasses: [],
    nested: [],
    brokenLinks: [],
    outside: [],
    unreadable: [],
    noPictures: [],
  }
  for (const {name, kind} of await listFolder(root)) {
    if (kind === 'folder') await findInClass(root, name, found)
    else if (kind === 'broken link') found.brokenLinks.push(name)
    else (isPicture(name) ? found.outside : found.noPictures).push(name)
  }
  return found
}

async function findInClass(root: string, className: string, found: Found): Promise<void> {
  const before = found.pictures.length
  for (const {name, kind} of await listFolder(join(root, className))) {
    const path = `${className}/${name}`
    if (kind === 'folder') found.nested.push(path)
    // A link with a picture's name that leads nowhere is a damaged picture: it is told with all others.
    else if (readable.test(extname(name))) found.pictures.push({className, name})
    else if (kind === 'broken link') found.brokenLinks.push(path)
    else (isPicture(name) ? found.unreadable : found.noPictures).push(path)
  }
  found.classes.push(className)
  if (found.pictures.length === before) found.emptyClasses.push(className)
}

function isPicture(name: string): boolean {
  return readable.test(extname(name)) || pictureButUnreadable.test(extname(name))
}

function explain({classes, pictures, nested, brokenLinks, outside, unreadable}: Found): string[] {
  const problems: string[] = []
  const note = (what: string, paths: readonly string[], advice: string) => {
    if (paths.length > 0) problems.push(`${enumerate(what, paths)} ${advice}`)
  }
  const nesting = 'A class is one folder of pictures: move the pictures up, or make each of these a class of its own.'
  note('Folders inside class folders', nested, nesting)
  note('Pictures outside any class folder', outside, 'Put each into the folder of its class.')
  const alike = findLookAlikes(classes)
  note('Class folders whose names differ in their Unicode form alone', alike, 'Make one of each, or rename one.')
  note('Links that lead nowhere', brokenLinks, 'Restore what they point to, or remove them.')
  note(
    'Pictures in a format that is not read',
    unreadable,
    'Convert them to JPEG, PNG, WebP, TIFF or GIF, or remove them.',
  )
  if (problems.length === 0 && pictures.length === 0) {
    const found =
      classes.length === 0
        ? 'There is no class folder'
        : enumerate('No class folder holds a picture', classes).slice(0, -1)
    problems.push(`${found}. data.root must hold one folder of pictures per class.`)
  }
  return problems
}

function describePassedOver({emptyClasses, noPictures}: Found): string[] {
  const notes: string[] = []
  const surprising = noPictures.filter((path) => !/^(licen[cs]es?|readme|attribution)\b/i.test(path))
  if (surprising.length > 0) notes.push(enumerate('Passed over files that are no pictures by name', surprising))
  if (emptyClasses.length > 0) notes.push(enumerate('Class folders without a picture', emptyClasses))
  return notes
}
