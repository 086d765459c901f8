#!/usr/bin/env node
// TypeScript runs through tsx; its loader is registered once here, so that every verb is plain TypeScript.
import {register} from 'tsx/esm/api'

register()
const {main} = await import('./main.ts')
process.exitCode = await main(process.argv)
