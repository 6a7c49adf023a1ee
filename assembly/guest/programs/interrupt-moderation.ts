/**
 * An echo server on UDP port 7 for many clients. Watch: with `--param
 * coalesce-packets=8 --param coalesce-microseconds=40` the card holds its
 * interrupt back until eight frames are there or the time is over; there are
 * fewer interrupts and more frames for each DPC, and a client that is alone
 * waits longer for its answer.
 */
import { Datagram, UdpSocket, print, whenAll } from 'nothread/guest';

const coroutines = 32;

async function serve(socket: UdpSocket): Promise<void> {
  const buffer = new Uint8Array(1472);
  const peer = new Datagram();
  while (true) {
    const length = await socket.receiveFrom(buffer, peer);
    if (length >= 0) await socket.sendTo(buffer, length, peer);
  }
}

export async function main(): Promise<void> {
  const socket = UdpSocket.bind(7);
  const servers: Promise<void>[] = [];
  for (let index = 0; index < coroutines; index++)
    servers.push(serve(socket));
  print('interrupt-moderation: listening on port 7');
  await whenAll(servers);
}
