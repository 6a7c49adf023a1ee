/**
 * Requests that hold their thread. Watch: the thread that asks is the one
 * that is woken when the request is done; there is no completion port, no
 * packet and no pool, and while it waits the thread keeps its stack.
 */
import {
  Datagram,
  Thread,
  UdpSocket,
  microsecond,
  print,
  sleepBlocking,
} from 'nothread/guest';

const gateway: u32 = 0x0a00_0202;
const discard: u32 = 9;

function ask(name: string): void {
  const socket = UdpSocket.bindBlocking(0);
  const datagram = new Datagram();
  datagram.address = gateway;
  datagram.port = discard;
  for (let round = 0; round < 3; round++) {
    const sent = socket.sendToBlocking(new Uint8Array(32), 32, datagram);
    sleepBlocking(50 * microsecond);
    print(`${name} ${round}: ${sent} bytes`);
  }
  socket.close();
}

export function main(): void {
  const other = Thread.start(ask, 'thread');
  ask('main');
  other.join();
}
