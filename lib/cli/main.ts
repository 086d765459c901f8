import {readFileSync} from 'node:fs'
import {CommanderError} from 'commander'
import {UserError} from '../user-error.ts'
import {exitCode} from './exit-code.ts'
import {buildProgram} from './program.ts'
import {findProject} from './project.ts'
import {openTerminal} from './terminal.ts'

/** Runs a command line and says how it ended; every error that a user can mend is a sentence, not a stack. */
export async function main(argv: readonly string[]): Promise<number> {
  const terminal = openTerminal()
  let result: number = exitCode.ok
  const program = buildProgram({
    version: packageVersion(),
    // The project is looked for once a verb runs: --help needs none.
    run: async (verb) => {
      result = await verb(findProject(process.cwd()), terminal)
    },
  })
  try {
    await program.parseAsync(argv)
    return result
  } catch (error) {
    // Commander has printed its message already.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCode.ok : exitCode.usage
    if (!(error instanceof UserError)) throw error
    terminal.printError(error.message.split('\n').map((line, i) => (i === 0 ? `nearmiss: ${line}` : `  ${line}`)))
    return codeOf(error)
  }
}

// By name: importing the classes would load the YAML and schema libraries for every verb.
function codeOf(error: UserError): number {
  if (error.name === 'UsageError' || error.name === 'ConfigError') return exitCode.usage
  if (error.name === 'LockedError') return exitCode.locked
  return error.name === 'Interrupted' ? exitCode.interrupted : exitCode.stageFailed
}

function packageVersion(): string {
  const {version} = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string
  }
  return version
}
