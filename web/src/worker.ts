import { servePlayground } from '../../host/web/index.ts'

/** The machine's worker: everything that takes long happens here. */
servePlayground()
