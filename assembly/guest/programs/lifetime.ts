/**
 * A buffer and a socket that are given back while the kernel still has
 * them. Watch: both are refused where it happens, and the error names both
 * sides with their lines, who holds it and who gives it back; when the
 * request is cancelled first, the same calls are fine. At its end a program
 * reports the coroutines that still wait, with the lines where they do
 * (`--param lifetime=0` for silence), and failures that nobody has seen.
 */
import {
  CancellationSource,
  Datagram,
  LifetimeError,
  TaskSource,
  UdpSocket,
  print,
  release,
  settled,
} from 'nothread/guest';

async function receive(
  socket: UdpSocket,
  buffer: Uint8Array,
  source: CancellationSource,
): Promise<i32> {
  const from = new Datagram();
  return await socket.receiveFrom(buffer, from, source.token);
}

function attempt(name: string, what: () => void): void {
  try {
    what();
    print(`${name}: done`);
  } catch (error) {
    if (!(error instanceof LifetimeError)) throw error;
    print(`${name}: ${error.stack}`);
  }
}

async function forget(): Promise<void> {
  await new TaskSource<i32>().task;
}

async function fail(): Promise<void> {
  throw new Error('nobody looks at this');
}

export async function main(): Promise<void> {
  const socket = UdpSocket.bind(5000);
  const buffer = new Uint8Array(64);
  const source = new CancellationSource();
  const receiving = receive(socket, buffer, source);
  attempt('release', (): void => release(buffer));
  attempt('close', (): void => socket.close());
  source.cancel();
  await settled(receiving);
  attempt('release', (): void => release(buffer));
  attempt('close', (): void => socket.close());
  attempt('close', (): void => socket.close());
  forget();
  fail();
}
