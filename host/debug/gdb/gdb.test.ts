import { describe, expect, test } from 'vitest'
import { fuzzCases, randomNumbers } from '../../../test/fuzz.ts'
import { framePacket, PacketReader, toHex } from './packet.ts'
import { GdbServer } from './server.ts'
import type { BreakpointKind, DebugTarget, StopEvent } from './target.ts'

const base = 0x8000_0000
/** A register that cannot be written. */
const readOnly = 31

/** A target of two harts with a few bytes of memory, which remembers what it was told. */
class FakeTarget implements DebugTarget {
  readonly harts: number = 2
  readonly registers = [0, 1].map((hart) => Array.from({ length: 33 }, (_, i) => hart * 256 + i))
  readonly memory = Uint8Array.from({ length: 64 }, (_, index) => index)
  readonly log: string[] = []
  next: StopEvent = { reason: 'step', hart: 0 }
  interrupted: (() => void) | undefined
  reversible = false

  register(hart: number, index: number): number {
    return this.registers[hart][index]
  }

  setRegister(hart: number, index: number, value: number): boolean {
    this.registers[hart][index] = value
    return index !== readOnly
  }

  csr(_hart: number, number: number): number | undefined {
    return number === 0x300 ? 0x1800 : undefined
  }

  readMemory(address: number, count: number): Uint8Array {
    const start = address - base
    return start < 0 ? new Uint8Array(0) : this.memory.slice(start, start + count)
  }

  writeMemory(address: number, bytes: Uint8Array): boolean {
    if (address < base || address + bytes.length > base + this.memory.length) return false
    this.memory.set(bytes, address - base)
    return true
  }

  setBreakpoint(kind: BreakpointKind, address: number, bytes: number): boolean {
    this.log.push(`set ${kind} ${address.toString(16)} ${bytes}`)
    return kind !== 'read'
  }

  clearBreakpoint(kind: BreakpointKind, address: number): boolean {
    this.log.push(`clear ${kind} ${address.toString(16)}`)
    return true
  }

  step(hart: number): Promise<StopEvent> {
    this.log.push(`step ${hart}`)
    return Promise.resolve({ reason: 'step', hart })
  }

  resume(): Promise<StopEvent> {
    this.log.push('resume')
    if (this.next.reason !== 'interrupt') return Promise.resolve(this.next)
    return new Promise((resolve) => {
      this.interrupted = () => resolve(this.next)
    })
  }

  interrupt(): void {
    this.interrupted?.()
  }

  monitor(command: string): string | undefined {
    return command === 'hello' ? 'world\n' : undefined
  }

  stepBack(hart: number): Promise<StopEvent> {
    this.log.push(`back ${hart}`)
    return Promise.resolve({ reason: 'step', hart })
  }

  resumeBack(): Promise<StopEvent> {
    return Promise.resolve({ reason: 'beginning', hart: 0 })
  }
}

class BackwardsTarget extends FakeTarget {
  override reversible = true
}

const toBytes = (text: string): Uint8Array =>
  Uint8Array.from(text, (character) => character.charCodeAt(0))
const toText = (bytes: Uint8Array): string => String.fromCharCode(...bytes)

/** Sends packets and returns the contents of the answers. */
async function talk(target: DebugTarget, ...packets: string[]): Promise<string[]> {
  let sent = ''
  const server = new GdbServer(target, (bytes) => (sent += toText(bytes)))
  for (const packet of packets) await server.receive(toBytes(framePacket(packet)))
  return new PacketReader()
    .push(sent)
    .map((arrival) => (arrival.kind === 'packet' ? arrival.data : arrival.kind))
}

describe('packets', () => {
  test('are framed with a checksum and escapes', () => {
    expect(framePacket('OK')).toBe('$OK#9a')
    expect(framePacket('')).toBe('$#00')
    expect(framePacket('a#b')).toBe(`$a}\x03b#${((97 + 125 + 3 + 98) & 255).toString(16)}`)
  })

  test('are read however the bytes arrive', () => {
    const stream = `+${framePacket('qC')}-\x03${framePacket('X80,1:}')}`
    const whole = new PacketReader().push(stream)
    const reader = new PacketReader()
    const pieces = [...stream].flatMap((character) => reader.push(character))
    expect(pieces).toEqual(whole)
    expect(whole).toEqual([
      { kind: 'packet', data: 'qC' },
      { kind: 'retransmit' },
      { kind: 'interrupt' },
      { kind: 'packet', data: 'X80,1:}' },
    ])
  })

  test('that are damaged are asked for again, and lost answers sent again', async () => {
    let sent = ''
    const server = new GdbServer(new FakeTarget(), (bytes) => (sent += toText(bytes)))
    await server.receive(toBytes('$qC#00'))
    expect(sent).toBe('-')
    await server.receive(toBytes(framePacket('qC')))
    expect(sent).toBe(`-+${framePacket('QC1')}`)
    await server.receive(toBytes('-'))
    expect(sent).toBe(`-+${framePacket('QC1')}${framePacket('QC1')}`)
  })

  test('are not acknowledged after QStartNoAckMode', async () => {
    let sent = ''
    const server = new GdbServer(new FakeTarget(), (bytes) => (sent += toText(bytes)))
    await server.receive(toBytes(framePacket('QStartNoAckMode')))
    await server.receive(toBytes(framePacket('qC')))
    expect(sent).toBe(`+${framePacket('OK')}${framePacket('QC1')}`)
  })
})

describe('a session', () => {
  test('reads and writes registers', async () => {
    const target = new FakeTarget()
    const [all, set, one, csr, none] = await talk(
      target,
      'g',
      'P20=00000080',
      'p20',
      'p341',
      'p342',
    )
    expect(all).toHaveLength(33 * 8)
    expect(all.slice(0, 24)).toBe('000000000100000002000000')
    expect([set, one, csr, none]).toEqual(['OK', '00000080', '00180000', 'xxxxxxxx'])
    expect(target.registers[0][32]).toBe(base)
    const [other] = await talk(target, 'Hg2', 'p1').then((answers) => answers.slice(1))
    expect(other).toBe('01010000')
    await talk(target, `G${'78563412'.repeat(33)}`)
    expect(target.registers[0].every((value) => value === 0x12345678)).toBe(true)
  })

  test('reads and writes memory', async () => {
    const target = new FakeTarget()
    const packets = [
      'm80000004,3',
      'm8000003e,8',
      'm0,4',
      'M80000000,2:aabb',
      'X80000002,2:#}',
      'M0,1:00',
    ]
    const answers = await talk(target, ...packets)
    expect(answers).toEqual(['040506', '3e3f', 'E01', 'OK', 'OK', 'E01'])
    expect([...target.memory.slice(0, 4)]).toEqual([0xaa, 0xbb, 0x23, 0x7d])
  })

  test('sets and clears breakpoints', async () => {
    const target = new FakeTarget()
    const answers = await talk(
      target,
      'Z0,80000010,4',
      'Z2,80000020,4',
      'Z3,80000020,4',
      'z0,80000010,4',
      'Z9,0,0',
    )
    expect(answers).toEqual(['OK', 'OK', 'E01', 'OK', ''])
    expect(target.log.slice(0, 2)).toEqual(['set software 80000010 4', 'set write 80000020 4'])
  })

  test('runs, steps and tells why it stopped', async () => {
    const target = new FakeTarget()
    expect(await talk(target, 'vCont;s:2;c', 's', 'S05')).toEqual(
      Array(3).fill(expect.stringMatching(/^T05thread:/)),
    )
    expect(target.log).toEqual(['step 1', 'step 0', 'step 0'])
    const replies: [StopEvent, string][] = [
      [{ reason: 'breakpoint', hart: 1 }, 'T05thread:2;'],
      [{ reason: 'write', hart: 0, address: 0x8000_0010 }, 'T05thread:1;watch:80000010;'],
      [{ reason: 'exit', hart: 0, code: 3 }, 'W03'],
      [{ reason: 'fault', hart: 0, code: 2 }, 'T04thread:1;'],
      [{ reason: 'fault', hart: 0, code: 5 }, 'T0bthread:1;'],
    ]
    for (const [event, reply] of replies) {
      target.next = event
      expect(await talk(target, 'c', '?')).toEqual([reply, reply])
    }
    target.next = { reason: 'idle', hart: 0 }
    const [text, reply] = await talk(target, 'vCont;c')
    expect(text).toMatch(/^O[0-9a-f]+$/)
    expect(reply).toBe('T02thread:1;')
  })

  test('is interrupted while it runs', async () => {
    const target = new FakeTarget()
    target.next = { reason: 'interrupt', hart: 0 }
    let sent = ''
    const server = new GdbServer(target, (bytes) => (sent += toText(bytes)))
    const running = server.receive(toBytes(framePacket('c')))
    await Promise.resolve()
    expect(sent).toBe('+')
    await Promise.resolve()
    await server.receive(toBytes('\x03'))
    await running
    expect(sent).toBe(`+${framePacket('T02thread:1;')}`)
  })

  test('offers to go backwards only when the target can', async () => {
    const [forwards] = await talk(new FakeTarget(), 'qSupported:multiprocess+')
    expect(forwards).not.toContain('Reverse')
    expect(await talk(new FakeTarget(), 'bs')).toEqual([''])
    const target = new BackwardsTarget()
    const [features, step, resume] = await talk(target, 'qSupported', 'bs', 'bc')
    expect(features).toContain('ReverseStep+;ReverseContinue+')
    expect([step, resume]).toEqual(['T05thread:1;', 'T05thread:1;replaylog:begin;'])
  })

  test('answers queries', async () => {
    const target = new FakeTarget()
    const packets = ['qAttached', 'qfThreadInfo', 'qsThreadInfo', 'T2', 'T3', 'qThreadExtraInfo,2']
    const answers = await talk(
      target,
      ...packets,
      `qRcmd,${toHex(toBytes('hello'))}`,
      'qNonsense',
      '!',
    )
    expect(answers).toEqual([
      '1',
      'm1,2',
      'l',
      'OK',
      'E01',
      toHex(toBytes('hart 1')),
      toHex(toBytes('world\n')),
      '',
      '',
    ])
    const [unknown] = await talk(target, `qRcmd,${toHex(toBytes('what'))}`)
    expect(unknown).toBe(toHex(toBytes("unknown command 'what'\n")))
  })

  test('describes the registers in parts', async () => {
    let text = ''
    for (let part = 'm'; part.startsWith('m');) {
      ;[part] = await talk(
        new FakeTarget(),
        `qXfer:features:read:target.xml:${text.length.toString(16)},400`,
      )
      text += part.slice(1)
    }
    expect(text).toMatch(/<reg name="a0" bitsize="32" type="int" regnum="10"\/>/)
    expect(text).toMatch(/<reg name="mstatus" bitsize="32" type="int" regnum="833" group="csr"\/>/)
    expect(text.trimEnd().endsWith('</target>')).toBe(true)
  })

  test('hands out the program with its symbols', async () => {
    const target = Object.assign(new FakeTarget(), {
      executable: { name: 'a.elf', bytes: Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 0x23) },
    })
    const name = toHex(toBytes('a.elf'))
    const packets = ['setfs:0', `open:${name},0,0`, 'pread:5,4,1', 'pread:5,9,7', 'close:5']
    const answers = await talk(target, ...packets.map((packet) => `vFile:${packet}`))
    expect(answers).toEqual(['F0', 'F5', 'F4;ELF#', 'F0;', 'F0'])
    const others = ['open:00,0,0', 'pread:6,1,0', 'pread:5,x,0', 'unlink:00']
    expect(await talk(target, ...others.map((packet) => `vFile:${packet}`))).toEqual([
      'F-1,2',
      'F-1,9',
      'F-1,9',
      '',
    ])
    const [stat] = await talk(target, 'vFile:fstat:5')
    expect(stat).toHaveLength('F40;'.length + 64)
    expect(stat.slice('F40;'.length + 28, 'F40;'.length + 36)).toBe('\0\0\0\0\0\0\0\x05')
    expect(await talk(target, 'qXfer:exec-file:read::0,400')).toEqual(['la.elf'])
    expect(await talk(new FakeTarget(), 'qXfer:exec-file:read::0,400')).toEqual([''])
  })

  test('takes thread 0 for any, however many digits it has', async () => {
    const answers: string[] = []
    const server = new GdbServer(new FakeTarget(), (bytes) => {
      answers.push(new TextDecoder().decode(bytes))
    })
    for (const packet of ['Hc00', 'c80000000']) await server.receive(toBytes(framePacket(packet)))
    expect(answers.join('')).toContain('$OK#9a')
  })

  test('survives any packet', { timeout: fuzzCases(3000) * 10 }, async () => {
    const random = randomNumbers(99)
    const starts = [
      '?',
      'g',
      'G',
      'p',
      'P',
      'm',
      'M',
      'X',
      'Z0',
      'z2',
      'c',
      's',
      'vCont;',
      'H',
      'T',
      'q',
      'qXfer:features:read:',
      'qRcmd,',
      'b',
      '',
    ]
    const letters = '0123456789abcdefgs,;:=-}#*\x00\xff'
    const server = new GdbServer(new FakeTarget(), () => undefined)
    for (let round = 0; round < fuzzCases(3000); round++) {
      let data = starts[random(starts.length)]
      for (let count = random(20); count > 0; count--) data += letters[random(letters.length)]
      await server.receive(toBytes(round % 5 === 0 ? data : framePacket(data)))
    }
    let sent = ''
    const again = new GdbServer(new FakeTarget(), (bytes) => (sent += toText(bytes)))
    await again.receive(toBytes('$' + 'x'.repeat(100_000)))
    await again.receive(toBytes(framePacket('qC')))
    expect(sent.endsWith(framePacket('QC1'))).toBe(true)
  })
})
