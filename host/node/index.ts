/** What the library can do in Node only: program files, and ports of the real network. */

export { FileError, readProgram, writeFile } from './files.ts'
export type { ForwardedRun, Forwarding } from './forward.ts'
export { ForwardError, OpenPorts, parseForwarding, runForwarded } from './forward.ts'
export { GdbPortError, serveGdb } from './gdbListener.ts'
