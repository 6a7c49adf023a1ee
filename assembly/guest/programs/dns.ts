/**
 * An authoritative DNS server on UDP port 53 (RFC 1035, EDNS by RFC 6891).
 * Watch: queries that come together are answered by coroutines on one
 * thread; try `dig @127.0.0.1 -p 9053 nothread.test TXT` through a
 * forwarded port. Left out: compression in questions, classes other than
 * IN, and SOA records in negative answers.
 */
import { Datagram, UdpSocket, print, whenAll } from 'nothread/guest';

const TYPE_A: u32 = 1;
const TYPE_TXT: u32 = 16;
const TYPE_OPT: u32 = 41;
const TYPE_ANY: u32 = 255;
const CLASS_IN: u32 = 1;

const FORMAT_ERROR: u32 = 1;
const NAME_ERROR: u32 = 3;
const NOT_IMPLEMENTED: u32 = 4;
const REFUSED: u32 = 5;

const HEADER_BYTES = 12;
/** Longest answer without EDNS; those of this zone fit. */
const DATAGRAM_BYTES = 512;
const TIME_TO_LIVE: u32 = 60;

/** A record of the zone: an A record's address, or a TXT record's text. */
class ZoneRecord {
  constructor(
    readonly name: string,
    readonly type: u32,
    readonly address: u32,
    readonly text: string,
  ) {}
}

const ZONE = 'nothread.test';
const zone: ZoneRecord[] = [
  new ZoneRecord('nothread.test', TYPE_A, 0x0a00_020f, ''),
  new ZoneRecord('nothread.test', TYPE_TXT, 0, 'there is no thread'),
  new ZoneRecord('www.nothread.test', TYPE_A, 0x0a00_020f, ''),
  new ZoneRecord('gateway.nothread.test', TYPE_A, 0x0a00_0202, ''),
  new ZoneRecord(
    'author.nothread.test',
    TYPE_TXT,
    0,
    'an async program on emulated hardware',
  ),
];

/** One datagram, first the query, then the answer in its place. */
class Message {
  readonly bytes: Uint8Array = new Uint8Array(1472);
  length: i32 = 0;
  /** Offset behind the question; 0 if that is malformed. */
  questionEnd: i32 = 0;
  answers: u32 = 0;

  get16(at: i32): u32 {
    return ((<u32>this.bytes[at]) << 8) | this.bytes[at + 1];
  }

  set16(at: i32, value: u32): void {
    this.bytes[at] = <u8>(value >> 8);
    this.bytes[at + 1] = <u8>value;
  }

  append(value: u32, bytes: i32): void {
    for (let shift = (bytes - 1) * 8; shift >= 0; shift -= 8) {
      this.bytes[this.length++] = <u8>(value >> shift);
    }
  }

  /** The question's name in lower case; sets `questionEnd`. */
  readName(): string {
    let name = '';
    let at = HEADER_BYTES;
    while (at < this.length && this.bytes[at] != 0) {
      const label = <i32>this.bytes[at++];
      if (label > 63 || at + label >= this.length) break;
      if (name.length > 0) name += '.';
      for (const end = at + label; at < end; at++) {
        const letter = this.bytes[at];
        name += String.fromCharCode(
          letter >= 0x41 && letter <= 0x5a ? letter + 32 : letter,
        );
      }
    }
    const isWhole = at + 5 <= this.length && this.bytes[at] == 0;
    this.questionEnd = isWhole ? at + 5 : 0;
    return name;
  }

  /** Whether an OPT record follows the question. */
  hasOptions(): bool {
    const end = this.questionEnd;
    return (
      this.get16(10) > 0 &&
      end + 11 <= this.length &&
      this.bytes[end] == 0 &&
      this.get16(end + 1) == TYPE_OPT
    );
  }

  appendOptions(): void {
    this.append(0, 1);
    this.append(TYPE_OPT, 2);
    this.append(DATAGRAM_BYTES, 2);
    this.append(0, 4);
    this.append(0, 2);
  }

  appendRecord(record: ZoneRecord): void {
    this.answers++;
    this.append(0xc000 | HEADER_BYTES, 2); // the name of the question
    this.append(record.type, 2);
    this.append(CLASS_IN, 2);
    this.append(TIME_TO_LIVE, 4);
    const isAddress = record.type == TYPE_A;
    this.append(isAddress ? 4 : record.text.length + 1, 2);
    if (isAddress) {
      this.append(record.address, 4);
      return;
    }
    this.append(record.text.length, 1);
    for (let index = 0; index < record.text.length; index++) {
      this.append(record.text.charCodeAt(index), 1);
    }
  }
}

/** Append the records that answer the question; returns the response code. */
function look(message: Message, name: string, type: u32): u32 {
  if (name != ZONE && !name.endsWith('.' + ZONE)) return REFUSED;
  let code = NAME_ERROR;
  for (let index = 0; index < zone.length; index++) {
    const record = zone[index];
    if (record.name != name) continue;
    code = 0;
    if (record.type == type || type == TYPE_ANY)
      message.appendRecord(record);
  }
  return code;
}

/** Turn the query into its answer; false if it deserves none. */
function answer(message: Message): bool {
  const isQuery =
    message.length >= HEADER_BYTES && (message.bytes[2] & 0x80) == 0;
  if (!isQuery) return false;
  const opcode = (message.bytes[2] >> 3) & 15;
  const name = message.get16(4) == 1 ? message.readName() : '';
  const end = message.questionEnd;
  const hasOptions = end > 0 && message.hasOptions();
  message.length = end > 0 ? end : HEADER_BYTES;

  let code: u32;
  if (opcode != 0) code = NOT_IMPLEMENTED;
  else if (end == 0) code = FORMAT_ERROR;
  else if (message.get16(end - 2) != CLASS_IN) code = REFUSED;
  else code = look(message, name, message.get16(end - 4));
  if (hasOptions) message.appendOptions();

  // An authoritative answer; opcode and "recursion desired" stay.
  message.set16(2, 0x8400 | (message.get16(2) & 0x7900) | code);
  message.set16(4, end > 0 ? 1 : 0);
  message.set16(6, message.answers);
  message.set16(8, 0);
  message.set16(10, hasOptions ? 1 : 0);
  return true;
}

async function serve(socket: UdpSocket): Promise<void> {
  const message = new Message();
  const peer = new Datagram();
  while (true) {
    message.length = await socket.receiveFrom(message.bytes, peer);
    message.questionEnd = 0;
    message.answers = 0;
    if (message.length > 0 && answer(message)) {
      await socket.sendTo(message.bytes, message.length, peer);
    }
  }
}

export async function main(): Promise<void> {
  const socket = UdpSocket.bind(53);
  const servers: Promise<void>[] = [];
  for (let index = 0; index < 16; index++) servers.push(serve(socket));
  print('dns: serving nothread.test on port 53');
  await whenAll(servers);
}
