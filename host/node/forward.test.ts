import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { Machine } from '../machine/machine.ts'
import { parseRecording, Recorder } from '../machine/recording.ts'
import { replay } from '../machine/replay.ts'
import { assembleImage } from '../toolchain/asm/index.ts'
import { OpenPorts, parseForwarding, runForwarded } from './forward.ts'

const source = readFileSync(new URL('../../test/machine/frame-echo.s', import.meta.url), 'utf8')

async function echoMachine(): Promise<Machine> {
  const machine = await Machine.create({ ramBytes: 1 << 20, link: { delay: '100us' } })
  await machine.load(assembleImage(source, { base: 0x8000_0000 }))
  return machine
}

/** A port that is free now. */
async function freePort(): Promise<number> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const { port } = socket.address()
  socket.close()
  return port
}

/** Send texts to a port one after the other, each when the one before is answered. */
async function ask(port: number, texts: string[]): Promise<string[]> {
  const socket = createSocket('udp4')
  const answers: string[] = []
  for (const text of texts) {
    socket.send(text, port, '127.0.0.1')
    const [answer] = (await once(socket, 'message')) as [Buffer]
    answers.push(answer.toString())
  }
  socket.close()
  return answers
}

describe('a forwarded port', () => {
  it('brings every answer to the client that asked, and the run can be replayed', async () => {
    const machine = await echoMachine()
    const recorder = new Recorder(machine)
    const hostPort = await freePort()
    const controller = new AbortController()
    const texts = ['a', 'b', 'c'].map((name) => Array.from({ length: 5 }, (_, i) => `${name}${i}`))
    const ports = await OpenPorts.open([{ hostPort, guestPort: 7 }])
    let answers: string[][] = []
    // The first datagrams come before the machine runs.
    void Promise.all(texts.map((list) => ask(hostPort, list))).then((all) => {
      answers = all
      controller.abort()
    })
    const report = await runForwarded(machine, {
      ports,
      signal: controller.signal,
    })
    expect(answers).toEqual(texts)
    expect(report.stopReason).toBe('aborted')
    expect(machine.counters().framesReceived).toBe(15)

    const recording = parseRecording(await recorder.text('frame-echo.s'))
    expect(recording.inputs).toHaveLength(15)
    const again = await echoMachine()
    expect((await replay(again, recording)).divergence).toBeUndefined()
    expect(again.stateHash()).toBe(machine.stateHash())
  })

  it('is refused when another program has it', async () => {
    const socket = createSocket('udp4').bind(0, '127.0.0.1')
    await once(socket, 'listening')
    const hostPort = socket.address().port
    await expect(OpenPorts.open([{ hostPort, guestPort: 7 }])).rejects.toThrow(
      `cannot open UDP port ${hostPort} of this computer: it is in use`,
    )
    socket.close()
  })

  it('ends at its time when nobody comes', async () => {
    const machine = await echoMachine()
    const hostPort = await freePort()
    const report = await runForwarded(machine, {
      ports: await OpenPorts.open([{ hostPort, guestPort: 7 }]),
      until: '20ms',
    })
    expect(report.stopReason).toBe('limit')
  })
})

describe('parseForwarding', () => {
  it('reads udp:HOST:GUEST', () => {
    expect(parseForwarding('udp:9053:53')).toEqual({ hostPort: 9053, guestPort: 53 })
  })

  it.each(['9053:53', 'tcp:1:2', 'udp:0:53', 'udp:1:70000', 'udp:1', ''])(
    'refuses "%s"',
    (text) => {
      expect(() => parseForwarding(text)).toThrow('is not a forwarding: write udp:HOST:GUEST')
    },
  )
})
