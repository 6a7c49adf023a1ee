/**
 * A buffer that is given back while the kernel still has it. Watch: the
 * release is refused where it happens, and the error names both owners; when
 * the request is cancelled first, the same release is fine. A run with
 * `--param lifetime=1` also reports the coroutine that is left behind, and a
 * failure that nobody has looked at is reported in any case.
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
  return await socket.receiveFrom(buffer, new Datagram(), source.token);
}

function tryToRelease(buffer: Uint8Array): void {
  try {
    release(buffer);
    print('released');
  } catch (error) {
    if (!(error instanceof LifetimeError)) throw error;
    print(error.stack);
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
  tryToRelease(buffer);
  source.cancel();
  await settled(receiving);
  tryToRelease(buffer);
  socket.close();
  try {
    socket.close();
  } catch (error) {
    print(error.message);
  }
  forget();
  fail();
}
