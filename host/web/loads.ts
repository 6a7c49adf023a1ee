/** What the clients of the playground ask, by the port they ask it on; on other ports they expect an echo. */

import { archive } from '../machine/archive.ts'
import type { ClientOptions } from '../net/clients.ts'
import { answersQuestion, dnsQuestion } from './dnsLoad.ts'

type Load = Pick<ClientOptions, 'payload' | 'answers'>

const dnsName = 'www.nothread.test'
const dataFile = 'data'
const dataBytes = 4096

const loads: Record<number, Load> = {
  53: {
    payload: (client, sequence) => dnsQuestion(dnsName, client * 251 + sequence),
    answers: answersQuestion,
  },
  69: {
    payload: () => new TextEncoder().encode(dataFile),
    answers: (_, reply) => reply.length > 0,
  },
}

/** The questions for a port. */
export function loadFor(port: number): Load {
  return loads[port] ?? {}
}

/** The disk that programs of the playground find: a file `data`, whose bytes count from 0 to 250 again and again. */
export function sampleDisk(): Uint8Array {
  return archive({ [dataFile]: Uint8Array.from({ length: dataBytes }, (_, index) => index % 251) })
}
