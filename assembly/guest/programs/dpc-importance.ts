/**
 * An echo server on UDP port 7 beside a thread that computes most of the
 * time. Watch: how long the second half of the card's interrupt waits. With
 * `--param dpc-importance=1` (medium, as usual) it runs when the service
 * routine has ended; with 0 (low) nobody asks for it, and it waits until
 * the thread sleeps and the hart is idle, or until others queue up.
 */
import {
  Datagram,
  Thread,
  UdpSocket,
  microsecond,
  print,
  sleepBlocking,
  spend,
} from 'nothread/guest';

const burst = 200_000;

function compute(rounds: i32): void {
  for (let round = 0; round < rounds; round++) {
    spend(burst);
    sleepBlocking(20 * microsecond);
  }
}

export async function main(): Promise<void> {
  const socket = UdpSocket.bind(7);
  const buffer = new Uint8Array(1472);
  const peer = new Datagram();
  spend(1);
  Thread.start(compute, i32.MAX_VALUE);
  print('dpc-importance: listening on port 7');
  while (true) {
    const length = await socket.receiveFrom(buffer, peer);
    if (length >= 0) await socket.sendTo(buffer, length, peer);
  }
}
