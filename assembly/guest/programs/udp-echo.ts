/**
 * An echo server on UDP port 7 in which nobody waits. 64 coroutines serve
 * at once on one thread: each `await` gives the thread back, and a packet
 * of the completion port brings it again. Watch: the port's packets, one
 * interrupt for several frames under load, and that the number of threads
 * does not grow with the number of requests in flight.
 *
 * Parameters: `wait`, a downstream service's answer time in units of
 * 100 ns; `cpu`, cycles of work per request; `workers`, threads of the
 * pool.
 */
import {
  Datagram,
  ThreadPool,
  UdpSocket,
  parameter,
  print,
  sleep,
  spend,
  whenAll,
} from 'nothread/guest';

const wait: i64 = 100 * <i64>parameter('wait', 0);
const cpu = parameter('cpu', 0);
const coroutines = 64;

async function serve(socket: UdpSocket): Promise<void> {
  const buffer = new Uint8Array(1472);
  const peer = new Datagram();
  while (true) {
    const length = await socket.receiveFrom(buffer, peer);
    if (length < 0) continue;
    spend(cpu);
    await sleep(wait);
    await socket.sendTo(buffer, length, peer);
  }
}

export async function main(): Promise<void> {
  const socket = UdpSocket.bind(7);
  ThreadPool.setThreads(parameter('workers', 1));
  const servers: Promise<void>[] = [];
  for (let index = 0; index < coroutines; index++)
    servers.push(serve(socket));
  print('udp-echo: listening on port 7');
  await whenAll(servers);
}
