import assert from 'node:assert/strict'
import {test} from 'node:test'
import {buildProgram} from '../../lib/cli/program.ts'

const program = buildProgram({version: '1.2.3', run: async () => {}})
const verbs = [...program.commands, ...program.commands.flatMap(({commands}) => [...commands])]

test('every help names no option that its verb does not take, and no default that goes without saying', () => {
  for (const verb of verbs) {
    const help = verb.helpInformation()
    assert.doesNotMatch(help, /Global Options|default: (false|\[\])/, verb.name())
    assert.match(help, /^ {2}-h, --help /m)
  }
})

test('every verb and every option says what it is for', () => {
  for (const verb of [program, ...verbs]) {
    assert.notEqual(verb.description(), '', verb.name())
    for (const {flags, description} of verb.options) assert.notEqual(description, '', `${verb.name()} ${flags}`)
    for (const argument of verb.registeredArguments) assert.notEqual(argument.description, '', verb.name())
  }
})

test('a verb that works on a run takes its name as --run', () => {
  const ofRuns = 'run epoch plan stage status evaluate show report search export log'.split(' ')
  const withRun = verbs.filter(({options}) => options.some(({long}) => long === '--run')).map((verb) => verb.name())
  assert.deepEqual(withRun, ofRuns)
})
