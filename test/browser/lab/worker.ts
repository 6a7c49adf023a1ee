/** The library itself in a worker of a browser, as a page would run it. */
import { expose } from 'comlink'
import { compileTimes, fastInvocations, goOn, runJob } from './job.ts'

expose({ compileTimes, fastInvocations, goOn, runJob })
