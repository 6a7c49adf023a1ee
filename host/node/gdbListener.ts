/** GDB over TCP: one connection, on this computer only. */

import { once } from 'node:events'
import type { AddressInfo, Socket } from 'node:net'
import { createServer } from 'node:net'
import { GdbServer } from '../debug/gdb/server.ts'
import type { DebugTarget } from '../debug/gdb/target.ts'

/** A port of this computer that cannot be had. */
export class GdbPortError extends Error {
  override readonly name = 'GdbPortError'
}

const host = '127.0.0.1'

/**
 * Serve one session of GDB. `ready` is told the port, which is a free one for port 0. The promise settles when GDB has left. Throws a
 * GdbPortError.
 */
export async function serveGdb(
  target: DebugTarget,
  port: number,
  ready: (port: number) => void,
): Promise<void> {
  const listener = createServer()
  listener.listen(port, host)
  try {
    await once(listener, 'listening')
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new GdbPortError(`cannot listen on port ${port}: ${reason}; choose another one`)
  }
  ready((listener.address() as AddressInfo).port)
  const [socket] = (await once(listener, 'connection')) as [Socket]
  listener.close()
  await session(target, socket)
}

function session(target: DebugTarget, socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = new GdbServer(target, (bytes) => socket.write(bytes))
    socket.setNoDelay(true)
    socket.on('data', (bytes) => {
      server.receive(bytes).then(() => {
        if (server.closed) socket.end()
      }, reject)
    })
    // A debugger that is gone without a word ends the session like one that says so.
    socket.on('error', () => socket.destroy())
    socket.on('close', () => {
      target.interrupt()
      resolve()
    })
  })
}
