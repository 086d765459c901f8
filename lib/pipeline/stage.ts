/** What the runner and a stage say to each other. The runner knows a stage only by this. */

/** The values a stage was declared to read, by the names that pipeline.yaml gives them; checked before the stage starts. */
export type Values = Readonly<Record<string, unknown>>

/** One kind of file that stages hand each other: how it is named, checked before commit, and what of it counts as input. */
export interface FileKind {
  /** File extension with its dot, `.arrow`. */
  readonly extension: string
  /**
   * Problems that forbid committing the file, each a whole sentence with the value got; empty when the contract holds.
   * `inputs` and `values` are those of the stage that made it.
   */
  check(file: string, stage: {inputs: Readonly<Record<string, string>>; values: Values}): Promise<string[]>
  /** Digest of the part of the file that a projection selects (columns, rows). Without a projection the file's bytes count. */
  digest?(file: string, projection: Values): Promise<string>
}

/** A file or folder outside the store that a stage reads, named by its parameters (a data set, weights). */
export interface ExternalInput {
  readonly path: string
  readonly kind: 'file' | 'tree'
  /** What the user set it by: `data.root`. */
  readonly parameter: string
}

export interface StageInput {
  readonly kind: string
  /** Whether the stage reads this input at all with these values; default: always. An unread input is neither computed nor keyed. */
  readonly needed?: (values: Values) => boolean
  /** Given as a loose file, it takes the place of this other input, which is then not looked for. */
  readonly standsFor?: string
  /** It is about this other input: where that is given as a loose file, or replaced by one, this one is not looked for. */
  readonly belongsTo?: string
  /** What of the file the stage reads, handed to the kind's `digest`; default: all its bytes. */
  readonly reads?: (values: Values) => Values
}

/** A stage as the runner sees it. `module` exports `run(context: StageContext): Promise<void>`. */
export interface StageDefinition {
  /** Path from the project's root, `stages/evaluate.ts`. */
  readonly module: string
  readonly inputs: Readonly<Record<string, StageInput>>
  /** Kind of every output. */
  readonly outputs: Readonly<Record<string, string>>
  /** Legal values of entries under `with`, where they are few. */
  readonly choices?: Readonly<Record<string, readonly string[]>>
  /** Files outside the store that these values make it read. */
  readonly external?: (values: Values) => ExternalInput[]
  /**
   * Modules that the values choose (this loss, this reader), by themselves or by a file that they name from the folder of pipeline.yaml:
   * they join the code part of the key. Paths from the root; those that begin with a dot from that folder.
   */
  readonly modules?: (values: Values, folder: string) => string[] | Promise<string[]>
  /** True when results depend on TensorFlow's build, the instruction set and the thread count: these join the key. */
  readonly numeric: boolean
}

/** Everything the runner is told about this project: it knows nothing about images or tensors itself. */
export interface Catalogue {
  readonly stages: Readonly<Record<string, StageDefinition>>
  readonly kinds: Readonly<Record<string, FileKind>>
  /** What TensorFlow, instruction set and threads make results depend on; read without loading TensorFlow. */
  readonly numerics: () => Readonly<Record<string, string>>
}

export interface Progress {
  readonly done: number
  readonly total: number
  /** What is counted: `images`, `steps`. */
  readonly unit: string
  /** Numbers worth seeing next to the bar: `{loss: 0.18, 'images/s': 31.2}`. */
  readonly figures?: Readonly<Record<string, number>>
}

/** Mid-stage checkpoints under scratch/<key>/: they survive a kill and are deleted when the stage commits. */
export interface Scratch {
  /** Step of and folder with the newest whole snapshot, if any. */
  latest(): Promise<{step: number; folder: string} | undefined>
  /** Writes a snapshot into a fresh folder, then publishes it by one rename; older ones go after that. */
  save(step: number, write: (folder: string) => Promise<void>): Promise<void>
}

/** What a running stage is given. */
export interface StageContext<Given = Values> {
  /** The parameters and `with` values it was declared to read, by top-level name: `{data: …, seed: 0, split: 'val'}`. */
  readonly values: Given
  /** Absolute paths of the inputs that are needed. */
  readonly inputs: Readonly<Record<string, string>>
  /** Absolute paths to write the outputs to. */
  readonly outputs: Readonly<Record<string, string>>
  readonly scratch: Scratch
  /** Steps, or seconds, between mid-stage snapshots (pipeline.yaml `resume`), Infinity where the stage has none. */
  readonly snapshotEverySteps: number
  readonly snapshotEverySeconds: number
  /** Aborted when the user asked to stop: write a snapshot and throw `new Stopped(...)`. */
  readonly signal: AbortSignal
  progress(progress: Progress): void
  /** A sentence for the log, shown to the person watching. */
  note(sentence: string): void
  /** Timings and other facts of this execution, kept in the manifest and not part of any content hash. */
  report(facts: Readonly<Record<string, number | string>>): void
}

/** Thrown by a stage that stopped on request after saving its work: exit code 85. */
export class Stopped extends Error {
  override name = 'Stopped'
}
