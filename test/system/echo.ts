/** One run of an echo program under load, as the end-to-end tests take it. */
import { Machine, type MachineOptions } from '../../host/index.ts'
import { readProgram, shippedProgram } from '../../host/node/files.ts'
import { answeredRequests, joinOperations } from '../../host/observe/index.ts'

export type Echo = 'udp-echo.ts' | 'udp-echo-blocking.ts'

const programs = new Map<Echo, ReturnType<typeof readProgram>>()

/** The compiled program; compiled once per test file. */
export function echoProgram(name: Echo): ReturnType<typeof readProgram> {
  const program = programs.get(name) ?? readProgram(shippedProgram(name))
  programs.set(name, program)
  return program
}

export async function runEcho(name: Echo, options: MachineOptions = {}, count = 8, requests = 4) {
  const machine = await Machine.create({ link: { delay: '50us' }, ...options })
  await machine.load(await echoProgram(name))
  await machine.run({ until: { text: '\n' } })
  const clients = machine.network.clients({ port: 7, count, requests })
  await machine.run({ until: () => clients.finished, for: '1s' })
  await machine.run({ for: '1ms' })
  return { machine, clients, hash: machine.stateHash() }
}

export async function traceEcho(name: Echo, count = 8) {
  const { machine, clients } = await runEcho(name, { trace: true }, count)
  const { records } = machine.trace()
  const joined = joinOperations(records)
  return { clients, records, joined, answered: answeredRequests(joined) }
}
