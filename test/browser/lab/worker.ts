/** The library itself in a worker of a browser, as a page would run it. */
import { expose } from 'comlink'
import { compileTimes, goOn, runJob } from './job.ts'

expose({ compileTimes, goOn, runJob })
