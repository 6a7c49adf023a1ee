import { mmioLoad32, mmioStore32 } from '../rv';
import {
  MAILBOX_ARG,
  MAILBOX_ARGC,
  MAILBOX_FUNCTION,
  MAILBOX_MESSAGE_ID,
  MAILBOX_PLIC_SOURCE,
  MAILBOX_POP,
  MAILBOX_REPLY_HIGH,
  MAILBOX_REPLY_ID,
  MAILBOX_REPLY_LOW,
  MAILBOX_REPLY_STATUS,
  MAILBOX_STATUS,
} from '../generated/mailbox';
import {
  IOCTL_MAILBOX_RECEIVE,
  IOCTL_MAILBOX_REPLY,
  MAILBOX_MESSAGE_arguments,
  MAILBOX_MESSAGE_BYTES,
  MAILBOX_MESSAGE_count,
  MAILBOX_MESSAGE_function,
  MAILBOX_MESSAGE_message,
  MAILBOX_MESSAGE_reserved,
  MAILBOX_REPLY_BYTES,
  MAILBOX_REPLY_high,
  MAILBOX_REPLY_low,
  MAILBOX_REPLY_message,
  MAILBOX_REPLY_status,
  STATUS_INVALID_DEVICE_REQUEST,
  STATUS_SUCCESS,
} from '../generated/syscalls';
import { MAILBOX } from '../hal/board';
import { connectInterrupt, Interrupt, maskSource } from '../hal/interrupt';
import { Dpc, initializeDpc, insertDpc } from '../ke/dpc';
import { initializeList, isListEmpty } from '../ke/list';
import { probeWords } from '../mm/user';
import { currentProcess } from '../ps/process';
import { acquireIo, releaseIo } from './lock';
import { Device, DEVICE_BYTES, DEVICE_SIDE_BY_SIDE, registerDevice } from './device';
import { File } from './file';
import { completeIrp, currentLocation, Irp } from './irp';
import { keepRequest, takeRequest } from './queue';

/**
 * \Device\Mailbox: calls of the host into the program. A message takes the road of any input: interrupt, DPC, the oldest waiting
 * receive request of the first program. While nobody receives, messages stay in the device and its source is held back.
 */

const LEVEL: u32 = 4;
const ARGUMENTS: u32 = 8;

const mailboxDevice = changetype<Device>(memory.data(64, 4));
const interrupt = changetype<Interrupt>(memory.data(32, 4));
const dpc = changetype<Dpc>(memory.data(32, 4));
const receivers = memory.data(8, 4);
/** Receive requests of other programs: no message is for them. */
const others = memory.data(8, 4);

export function initializeMailbox(): void {
  memory.fill(changetype<usize>(mailboxDevice), 0, DEVICE_BYTES);
  mailboxDevice.create = createMailbox.index;
  mailboxDevice.flags = DEVICE_SIDE_BY_SIDE;
  mailboxDevice.control = controlMailbox.index;
  registerDevice(mailboxDevice, '\\Device\\Mailbox');
  initializeList(receivers);
  initializeList(others);
  initializeDpc(dpc, messageDpc.index, 0);
  interrupt.source = MAILBOX_PLIC_SOURCE;
  interrupt.level = LEVEL;
  interrupt.routine = serviceInterrupt.index;
  connectInterrupt(interrupt);
}

function createMailbox(file: File): u32 {
  return STATUS_SUCCESS;
}

/** At the mailbox's level: the line stays high until the message is taken, so hold it back. */
function serviceInterrupt(context: usize): bool {
  if (!mmioLoad32(MAILBOX + MAILBOX_STATUS)) return false;
  maskSource(MAILBOX_PLIC_SOURCE, true);
  insertDpc(dpc, 0, 0);
  return true;
}

/** At DISPATCH: messages to receivers, as long as there are both. */
function messageDpc(self: usize, context: usize, argument1: usize, argument2: usize): void {
  acquireIo();
  while (mmioLoad32(MAILBOX + MAILBOX_STATUS) && !isListEmpty(receivers)) {
    const irp = takeRequest(receivers);
    copyMessage(currentLocation(irp).request);
    completeIrp(irp, STATUS_SUCCESS, MAILBOX_MESSAGE_BYTES);
  }
  if (!isListEmpty(receivers)) maskSource(MAILBOX_PLIC_SOURCE, false);
  releaseIo();
}

function copyMessage(message: usize): void {
  store<u32>(message + MAILBOX_MESSAGE_message, mmioLoad32(MAILBOX + MAILBOX_MESSAGE_ID));
  store<u32>(message + MAILBOX_MESSAGE_function, mmioLoad32(MAILBOX + MAILBOX_FUNCTION));
  const count = mmioLoad32(MAILBOX + MAILBOX_ARGC);
  store<u32>(message + MAILBOX_MESSAGE_count, count < ARGUMENTS ? count : ARGUMENTS);
  store<u32>(message + MAILBOX_MESSAGE_reserved, 0);
  for (let index: u32 = 0; index < ARGUMENTS; index++) {
    const value: u32 = index < count ? mmioLoad32(MAILBOX + MAILBOX_ARG + (index << 2)) : 0;
    store<u32>(message + MAILBOX_MESSAGE_arguments + (index << 2), value);
  }
  mmioStore32(MAILBOX + MAILBOX_POP, 1);
}

function controlMailbox(device: Device, irp: Irp): u32 {
  const place = currentLocation(irp);
  if (place.code == IOCTL_MAILBOX_REPLY) return reply(irp, place.request);
  if (place.code != IOCTL_MAILBOX_RECEIVE) {
    return completeIrp(irp, STATUS_INVALID_DEVICE_REQUEST, 0);
  }
  const status = probeWords(place.request, MAILBOX_MESSAGE_BYTES);
  if (status) return completeIrp(irp, status, 0);
  if (currentProcess().number) return keepRequest(others, irp);
  maskSource(MAILBOX_PLIC_SOURCE, false);
  return keepRequest(receivers, irp);
}

/** The last register written sends the reply. */
function reply(irp: Irp, request: usize): u32 {
  const status = probeWords(request, MAILBOX_REPLY_BYTES);
  if (status) return completeIrp(irp, status, 0);
  mmioStore32(MAILBOX + MAILBOX_REPLY_ID, load<u32>(request + MAILBOX_REPLY_message));
  mmioStore32(MAILBOX + MAILBOX_REPLY_LOW, load<u32>(request + MAILBOX_REPLY_low));
  mmioStore32(MAILBOX + MAILBOX_REPLY_HIGH, load<u32>(request + MAILBOX_REPLY_high));
  mmioStore32(MAILBOX + MAILBOX_REPLY_STATUS, load<u32>(request + MAILBOX_REPLY_status));
  return completeIrp(irp, STATUS_SUCCESS, 0);
}
