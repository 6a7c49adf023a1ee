/**
 * A file server on UDP port 69: the name of a file of the disk comes in,
 * its first kilobyte goes out. Watch: disk and network are two devices with
 * two drivers, and both completions come through the one port to the one
 * thread; while the disk seeks, other requests are served.
 *
 * Give it a disk: `--disk files.tar`. Without one every answer is "no file".
 */
import { Datagram, File, UdpSocket, print, whenAll } from 'nothread/guest';

const coroutines = 8;
const blockBytes = 1024;

async function readFile(name: string, buffer: Uint8Array): Promise<i32> {
  const file = File.open(name);
  if (!file) return -1;
  const length = await file.read(buffer, blockBytes, 0);
  file.close();
  return length;
}

async function serve(socket: UdpSocket): Promise<void> {
  const buffer = new Uint8Array(blockBytes);
  const peer = new Datagram();
  while (true) {
    const length = await socket.receiveFrom(buffer, peer);
    if (length < 0) continue;
    const name = String.UTF8.decodeUnsafe(buffer.dataStart, length);
    let answer = await readFile(name, buffer);
    if (answer < 0) {
      answer = String.UTF8.encodeUnsafe(
        changetype<usize>('no file'),
        7,
        buffer.dataStart,
      ) as i32;
    }
    await socket.sendTo(buffer, answer, peer);
  }
}

export async function main(): Promise<void> {
  const socket = UdpSocket.bind(69);
  const servers: Promise<void>[] = [];
  for (let index = 0; index < coroutines; index++)
    servers.push(serve(socket));
  print('disk-and-net: listening on port 69');
  await whenAll(servers);
}
