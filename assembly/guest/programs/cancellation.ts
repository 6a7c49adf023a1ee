/**
 * A receive that nobody answers, three calls deep, with a time limit.
 * Watch: `cancel` runs the callback that asks the kernel for the end of the
 * request; its completion comes through the port like any other, and the
 * error passes each caller on its way up, where `finally` cleans up.
 */
import {
  CancellationSource,
  CancellationToken,
  Datagram,
  OperationCanceledError,
  UdpSocket,
  microsecond,
  now,
  print,
} from 'nothread/guest';

async function receive(
  socket: UdpSocket,
  token: CancellationToken,
): Promise<i32> {
  const buffer = new Uint8Array(512);
  return await socket.receiveFrom(buffer, new Datagram(), token);
}

async function ask(token: CancellationToken): Promise<i32> {
  const socket = UdpSocket.bind(5000);
  try {
    return await receive(socket, token);
  } finally {
    socket.close();
    print('socket closed');
  }
}

async function askOrGiveUp(limit: i64): Promise<void> {
  const user = new CancellationSource();
  const timeout = new CancellationSource();
  const either = CancellationSource.linked(user.token, timeout.token);
  either.token.register((): void => print('callback'));
  timeout.cancelAfter(limit);
  const began = now();
  try {
    print(`${await ask(either.token)} bytes`);
  } catch (error) {
    const elapsed = (now() - began) / microsecond;
    if (!(error instanceof OperationCanceledError)) throw error;
    print(`gave up after ${elapsed} microseconds`);
    print(`cancelled by the user: ${user.isCancelled}`);
  }
}

export async function main(): Promise<void> {
  await askOrGiveUp(200 * microsecond);
  // The port is free again: the request is gone, not just forgotten.
  await askOrGiveUp(100 * microsecond);
}
