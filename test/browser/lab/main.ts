/** Hands the worker's functions to the test that drives the page. */
import { wrap } from 'comlink'

const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' })
Object.assign(globalThis, { lab: wrap(worker) })
