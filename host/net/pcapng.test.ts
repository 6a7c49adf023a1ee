import { describe, expect, it } from 'vitest'
import { inFolder, runProgram, testWith } from '../../test/programs.ts'
import { Timeline } from '../machine/timeline.ts'
import { guestEndpoint, Network } from './network.ts'
import { Peer } from './peer.ts'
import { Capture } from './pcapng.ts'

/** A network on which the guest's side has answered one datagram and one ARP request. */
function recorded(): Capture {
  const timeline = new Timeline()
  const deliver = (bytes: Uint8Array, cycle: number) => {
    timeline.add(cycle, () => {
      network.seen({ direction: 'toGuest', cycle, bytes })
      guest.receive(bytes)
    })
  }
  const network = new Network(
    { clockHz: 1e9, seed: 1, timeline, deliver, settled: () => {} },
    { delay: '50us' },
  )
  const guest = new Peer(guestEndpoint.mac, guestEndpoint.address, network.peer(), (frame) =>
    network.transmitted(frame, timeline.now),
  )
  guest.bind(7, ({ source, sourcePort, payload }) => guest.sendUdp(7, source, sourcePort, payload))
  const capture = new Capture(network)
  network.udp({ port: 7 }).send('hello')
  while (timeline.step(Infinity));
  return capture
}

describe('a capture', () => {
  it('is a section, an interface with nanoseconds, and a block per frame', () => {
    const capture = recorded()
    const bytes = capture.bytes()
    const view = new DataView(bytes.buffer)
    const types: number[] = []
    for (let at = 0; at < bytes.length;) {
      const length = view.getUint32(at + 4, true)
      expect(length % 4).toBe(0)
      expect(view.getUint32(at + length - 4, true)).toBe(length)
      types.push(view.getUint32(at, true))
      at += length
    }
    expect(types).toEqual([0x0a0d0d0a, 1, 6, 6])
    expect(capture.frames).toBe(2)
    expect(new TextDecoder().decode(bytes)).toContain('cycle 50000')
  })

  testWith(['tshark'], 'opens in tshark with the right times and no complaint', () =>
    inFolder({ 'test.pcapng': recorded().bytes() }, (folder) => {
      const checks = ['-o', 'ip.check_checksum:TRUE', '-o', 'udp.check_checksum:TRUE']
      const fields = [
        ...['frame.time_epoch', 'frame.comment', 'udp.dstport'],
        ...['ip.checksum.status', 'udp.checksum.status', '_ws.malformed'],
      ].flatMap((name) => ['-e', name])
      const args = ['-r', 'test.pcapng', ...checks, '-T', 'fields', ...fields]
      const lines = runProgram('tshark', args, folder)
      expect(
        lines
          .trimEnd()
          .split('\n')
          .map((line) => line.trimEnd()),
      ).toEqual(['0.000050000\tcycle 50000\t7\t1\t1', '0.000050000\tcycle 50000\t49152\t1\t1'])
    }),
  )
})
