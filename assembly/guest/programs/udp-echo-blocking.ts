/**
 * The same echo server with threads that block: a thread waits for its
 * datagram, for the downstream service and for the transmission, and does
 * nothing else in between. Watch: no completion port takes part, every
 * request costs context switches, and with a waiting service the
 * throughput is bounded by the number of threads.
 *
 * Parameters: `wait` and `cpu` as in udp-echo.ts; `workers`, the number of
 * threads.
 */
import {
  Datagram,
  Thread,
  UdpSocket,
  parameter,
  print,
  sleepBlocking,
  spend,
} from 'nothread/guest';

const wait: i64 = 100 * <i64>parameter('wait', 0);
const cpu = parameter('cpu', 0);

function serve(socket: UdpSocket): void {
  const buffer = new Uint8Array(1472);
  const peer = new Datagram();
  while (true) {
    const length = socket.receiveFromBlocking(buffer, peer);
    if (length < 0) continue;
    spend(cpu);
    sleepBlocking(wait);
    socket.sendToBlocking(buffer, length, peer);
  }
}

export function main(): void {
  const socket = UdpSocket.bindBlocking(7);
  const workers = parameter('workers', 4);
  // Before there are other threads: the first call measures its loop.
  spend(cpu);
  for (let index: u32 = 1; index < workers; index++)
    Thread.start(serve, socket);
  print('udp-echo-blocking: listening on port 7');
  serve(socket);
}
