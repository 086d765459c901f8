// Node 20 cannot start a worker from TypeScript, nor hand it tsx by --import.
import {register} from 'tsx/esm/api'

register()
await import('./worker.ts')
