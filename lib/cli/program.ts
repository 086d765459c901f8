import {Command, Help, InvalidArgumentError, Option} from 'commander'
import type {Project} from './project.ts'
import type {Terminal} from './terminal.ts'

/** A verb, ready to run. */
export type Verb = (project: Project, terminal: Terminal) => Promise<number>

export interface ProgramHost {
  readonly version: string
  readonly run: (verb: Verb) => Promise<void>
}

/** All verbs with their options. What a verb needs is loaded when it runs, so that help and status start fast. */
export function buildProgram({version, run}: ProgramHost): Command {
  const program = new Command('nearmiss')
    .description('Deep metric learning as a resumable pipeline: nothing that is already known is computed twice.')
    .version(version)
    .exitOverride()
    .showHelpAfterError('(nearmiss --help lists the verbs, nearmiss help VERB the options of one)')
    .configureHelp({optionDescription: describeOption})
    .addHelpText('after', whereToBegin)
    // `doctor` has options and verbs of its own: options belong to the verb that they follow.
    .enablePositionalOptions()

  configured(program.command('run'))
    .description('compute what is missing as far as an epoch, then show all epochs')
    .option('--epochs <n>', 'the last epoch; 0 is the untrained model (default: params.epochs)', epochNumber)
    .option('--no-wait', 'exit with 4 instead of waiting for another runner')
    .option('--json', 'events as one JSON object a line', false)
    .action((options) =>
      run(async (project, terminal) => (await import('./verbs/run.ts')).run(project, options, terminal)),
    )

  configured(program.command('epoch'))
    .description('compute the next epoch that is missing')
    .option('--no-wait', 'exit with 4 instead of waiting for another runner')
    .option('--json', 'events as one JSON object a line', false)
    .action((options) =>
      run(async (project, terminal) => (await import('./verbs/run.ts')).runNextEpoch(project, options, terminal)),
    )

  configured(program.command('plan'))
    .description('show what run would compute, and why; exit 3 when there is work')
    .option('--epochs <n>', 'the last epoch (default: params.epochs)', epochNumber)
    .option('--json', 'the plan as JSON', false)
    .action((options) =>
      run(async (project, terminal) => (await import('./verbs/plan.ts')).plan(project, options, terminal)),
    )

  configured(program.command('stage'))
    .description('run one stage by hand, on the artifacts of the run or on loose files')
    .argument('<name>', 'name in pipeline.yaml, mine-negatives')
    .option('--epoch <n>', 'which epoch of the run', epochNumber)
    .option('--in <name=path>', 'a loose file instead of an artifact of the run (repeatable)', collect, [])
    .option('--out <folder>', 'where outputs go; without it to the store')
    .option('--split <split>', 'another split than pipeline.yaml says (needs --out)')
    .option('--no-wait', 'exit with 4 instead of waiting for another runner')
    .option('--json', 'events as one JSON object a line', false)
    .action((name: string, options) =>
      run(async (project, terminal) => (await import('./verbs/stage.ts')).stage(project, name, options, terminal)),
    )

  named(program.command('status'))
    .description('show all epochs so far and what is running now')
    .option('--json', 'as JSON', false)
    .action((options) =>
      run(async (project, terminal) => (await import('./verbs/status.ts')).status(project, options, terminal)),
    )

  named(program.command('evaluate'))
    .description('measure the test images, once, by the epoch that validation chose')
    .addOption(new Option('--split <split>', 'images to measure').choices(['test', 'val', 'train']).default('test'))
    .option('--epoch <n>', 'another epoch than the best one', epochNumber)
    .option('--size <pixels>', 'queries from pictures of another side than image.eval gives', between(8, 4096))
    .option(
      '--gallery <run[@epoch]>',
      'look among what the model of another run makes of the same images: teacher@best',
    )
    .option('--gallery-size <pixels>', 'the gallery from pictures of this side', between(8, 4096))
    .option('--symmetric', 'queries among each other, also where the run has a gallery', false)
    .option(
      '--ensemble <runs>',
      "several runs' descriptors together, and the mean of their numbers: fold0,fold1,fold2@3 (repeatable: repetitions)",
      collect,
      [],
    )
    .option('--json', 'events as one JSON object a line, and what was measured as the last one', false)
    .action((options) =>
      run(async (project, terminal) => (await import('./verbs/evaluate.ts')).evaluate(project, options, terminal)),
    )

  program
    .command('compare')
    .description('compare runs on the queries they share: intervals, paired differences, what could have been seen')
    .argument(
      '<run...>',
      'demo, demo@5, or a folder that stage evaluate wrote; each at its best epoch unless @ says another',
    )
    .option('--json', 'as JSON', false)
    .action((references: string[], options) =>
      run(async (project, terminal) =>
        (await import('./verbs/compare.ts')).compare(project, references, options, terminal),
      ),
    )

  named(program.command('show'))
    .description('look into an artifact: schema, rows, norms, hardest pairs, tensors, metrics')
    .argument('<artifact>', 'mine-negatives@3, mine-negatives@3.neighbours, evaluate@best, or a file')
    .option('--head <n>', 'rows to print', wholeNumber, 5)
    .option('--where <condition>', "only rows like 'label=3' or 'distance<0.4' (repeatable)", collect, [])
    .option('--json', 'as JSON', false)
    .action((artifact: string, options) =>
      run(async (project, terminal) => (await import('./verbs/show.ts')).show(project, artifact, options, terminal)),
    )

  program
    .command('report')
    .description('make one HTML page of a run: numbers, curves, pictures, provenance')
    .argument('[run...]', 'names of runs; several make a page that compares them (default: "demo", else the only one)')
    .option('--run <name>', 'the same, as other verbs say it')
    .option('--out <file>', "where the page goes (default: report.html in the run's folder)")
    .option('--figures <folder>', 'also every figure as SVG and PNG, and the numbers behind them as CSV and JSON')
    .option('--tensorboard <folder>', 'also event files and projector files for TensorBoard')
    .option('--tables <folder>', 'also every table of the run as CSV and JSON')
    .action((runs: string[], options) =>
      run(async (project, terminal) =>
        (await import('./verbs/report.ts')).report(project, [options.run ?? [], runs].flat(), options, terminal),
      ),
    )

  named(program.command('search'))
    .description('find the images that are nearest to any picture, by the best epoch of a run')
    .argument('[image]', 'a picture: JPEG, PNG, WebP, TIFF or GIF')
    .option('--top <n>', 'images to find, 1 to 1000', between(1, 1000), 10)
    .addOption(new Option('--split <split>', 'images to look among').choices(['train', 'val', 'all']).default('val'))
    .option('--html <file>', 'also write a page with the pictures')
    .option('--serve', 'serve a page on this machine on which pictures are dropped', false)
    .option('--port <n>', 'of that page; 0: any that is free', between(0, 65535), 8420)
    .option('--json', 'as JSON', false)
    .action((image: string | undefined, options) =>
      run(async (project, terminal) => (await import('./verbs/search.ts')).search(project, image, options, terminal)),
    )

  program
    .command('export')
    .description('write the model of a run for other programs (docs/export.md)')
    .argument(
      '[model]',
      'demo (its best epoch), demo@3, demo@last, or the file of a model (default: "demo", else the only run)',
    )
    .addOption(
      new Option('--to <program>', 'which program reads it').choices(['pytorch', 'onnx', 'tfjs']).makeOptionMandatory(),
    )
    .option('--run <name>', 'its best epoch, where no model is named')
    .option('--out <file>', 'default: demo-epoch3.safetensors, .onnx or .tfjs here; for pytorch also *.pth')
    .option('--force', 'replace a file that exists', false)
    .action((model: string | undefined, options) =>
      run(async (project, terminal) =>
        (await import('./verbs/export.ts')).exportModel(project, model ?? options.run, options, terminal),
      ),
    )

  program
    .command('weights')
    .description('where the published weights of each backbone come from; of a file: what it holds, and whose it is')
    .argument('[what]', 'a backbone, or the path of a .pth or .safetensors file')
    .option('--json', 'as JSON', false)
    .action((what: string | undefined, options) =>
      run(async (project, terminal) => (await import('./verbs/weights.ts')).weights(project, what, options, terminal)),
    )

  named(program.command('log'))
    .description('what a stage printed, or what happened in the run')
    .argument('[node]', 'train-epoch@3')
    .option('-f, --follow', 'go on until nothing runs any more', false)
    .action((node: string | undefined, options) =>
      run(async (project, terminal) => (await import('./verbs/log.ts')).log(project, node, options, terminal)),
    )

  for (const [kind, what] of kinds) {
    program
      .command(kind)
      .description(`list ${what}; of one: what it does, its parameters and paper`)
      .argument('[name]', 'one of the list')
      .option('--json', 'as JSON', false)
      .action((name: string | undefined, options) =>
        run(async (project, terminal) =>
          (await import('./verbs/choices.ts')).choices(project, kind, name, options, terminal),
        ),
      )
  }

  program
    .command('presets')
    .description('list the presets; of one: the whole configuration beside the original command line, flag by flag')
    .argument('[name]', 'one of the list')
    .option('--json', 'as JSON', false)
    .action((name: string | undefined, options) =>
      run(async (project, terminal) => (await import('./verbs/presets.ts')).presets(project, name, options, terminal)),
    )

  const doctor = program
    .command('doctor')
    .description('check this machine and this project; exit 1 when something has to be mended')
    .enablePositionalOptions()
    .option('--json', 'as JSON', false)
    .action((options) =>
      run(async (project, terminal) => (await import('./verbs/doctor.ts')).doctor(project, options, terminal)),
    )

  doctor
    .command('data')
    .description(
      'say what a folder of pictures is, what is wrong with it, what to type next; exit 1 when it is not usable',
    )
    .argument('<folder>', 'a data set')
    .option('--format <name>', 'ask only this reader (data.format; default: the one that fits)')
    .option('--manifest <name>', 'table or lists in the folder (data.manifest)')
    .option('--strict', 'what is only worth a look is a problem', false)
    .option('--json', 'as JSON, with every name', false)
    .action((folder: string, options) =>
      run(async (project, terminal) =>
        (await import('./verbs/doctor-data.ts')).doctorData(project, folder, options, terminal),
      ),
    )

  return program
}

const kinds = [
  ['losses', 'the losses (objective.loss)'],
  ['miners', 'the miners inside the batch (objective.miner)'],
  ['regularizers', 'the penalties beside a loss (objective.regularizers)'],
] as const

const whereToBegin = `
nearmiss help VERB           options of one verb
nearmiss doctor data FOLDER  what a folder of pictures is, what to type next
nearmiss epoch               the next epoch of the demo; your own pictures:
                             --run NAME --set data.root=FOLDER
README.md, docs/pipeline.md  the first steps; every parameter that --set takes`

/** Without defaults that go without saying: what is no flag is off, and what is not repeated is not there. */
function describeOption(option: Option): string {
  const {defaultValue} = option
  if (defaultValue === false || (Array.isArray(defaultValue) && defaultValue.length === 0)) return option.description
  return Help.prototype.optionDescription.call(new Help(), option)
}

function named(command: Command, byDefault = '"demo", else the only one'): Command {
  return command.option('--run <name>', `name of the run (default: ${byDefault})`)
}

function configured(command: Command): Command {
  return named(command, 'the preset\'s name, else "demo"')
    .option('--preset <name>', 'parameters of presets/<name>.yaml')
    .option('--set <a.b=value>', 'change one parameter (repeatable)', collect, [])
    .option('--from <run@epoch>', "begin with the model of another run's epoch: demo@3, demo@best")
}

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('It must be a whole number from 0.')
  return Number(text)
}

/** As many as params.epochs may name. */
function epochNumber(text: string): number {
  return between(0, 100_000)(text)
}

function between(least: number, largest: number): (text: string) => number {
  return (text) => {
    const number = wholeNumber(text)
    if (number >= least && number <= largest) return number
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${largest}.`)
  }
}

function collect(text: string, before: readonly string[]): readonly string[] {
  return [...before, text]
}
