import {styleText} from 'node:util'

/** What a colour stands for; the only colours there are. */
export type Meaning = 'good' | 'bad' | 'warning' | 'faint' | 'strong'

/** Marks text for the eye, or leaves it as it is where colours are unwanted. */
export type Paint = (meaning: Meaning, text: string) => string

const styles = {good: 'green', bad: 'red', warning: 'yellow', faint: 'dim', strong: 'bold'} as const

/** Leaves text as it is: files, pipes, NO_COLOR. */
export const plainPaint: Paint = (_meaning, text) => text

/** ANSI colours; whether they are wanted has been asked before, of the stream that they go to. */
export const colourPaint: Paint = (meaning, text) => styleText(styles[meaning], text, {validateStream: false})
