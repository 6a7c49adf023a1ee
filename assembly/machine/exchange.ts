/**
 * Exports by which the host and the machine hand each other frames and messages: network frames in both directions, mailbox messages
 * and replies, the parameters of a run, the disk image and input of the virtio console.
 */
import { disk, mailbox, nic, terminal } from './board';
import { MAILBOX_MAX_ARGS } from './generated/mailbox';
import { diskDirty } from './devices/virtio-blk';
import { allocateOutside } from './layout';

let mailboxWords: usize = 0;

/** Called by `create`. */
export function resetExchange(): void {
  mailboxWords = allocateOutside(4 * MAILBOX_MAX_ARGS);
}

/** Buffer for a frame of up to 65,600 bytes that is about to arrive. */
export function frameInput(): usize {
  return nic.input;
}

/**
 * Let the frame in `frameInput` arrive.
 * @param cycle when its last bit reaches the NIC
 * @returns its number, which the trace shows
 */
export function receiveFrame(cycle: u64, bytes: u32): u32 {
  return nic.receiveFrame(cycle, bytes);
}

/** The frame of a FrameOut stop, which left the NIC at `now()`. */
export function frameOutput(): usize {
  return nic.output;
}

export function frameOutputBytes(): u32 {
  return nic.outputBytes;
}

export function frameOutputId(): u32 {
  return nic.outputId;
}

/** Set parameter n of the run, of which there are 16: hash of its name, and value. 0 if there is no such place. */
export function setParameter(n: u32, nameHash: u32, value: u32): u32 {
  return u32(mailbox.setParameter(n, nameHash, value));
}

/** Buffer for the argument words of a message. */
export function mailboxArguments(): usize {
  return mailboxWords;
}

/** Let a message arrive in the mailbox. 0 if it is full or there are too many arguments. */
export function mailboxPost(cycle: u64, id: u32, fn: u32, argc: u32, argsPointer: usize): u32 {
  return u32(mailbox.post(cycle, id, fn, argc, argsPointer));
}

/** The reply of a Reply stop: number of the message, NTSTATUS, and the result's two words. */
export function mailboxReplyId(): u32 {
  return mailbox.replyId;
}

export function mailboxReplyStatus(): u32 {
  return mailbox.replyStatus;
}

export function mailboxReplyLow(): u32 {
  return mailbox.replyLow;
}

export function mailboxReplyHigh(): u32 {
  return mailbox.replyHigh;
}

/** What the guest reported of a fault: 0 mcause, 1 pc, 2 mtval. */
export function mailboxFault(index: u32): u32 {
  if (index == 0) return mailbox.faultCause;
  return index == 1 ? mailbox.faultPc : mailbox.faultValue;
}

/**
 * Room for a disk image, to be filled before `diskInsert`; the core's memory may grow.
 * @param bytes a multiple of 512, up to 1 GiB
 * @returns where it goes, or 0
 */
export function diskReserve(bytes: u32): usize {
  return disk.reserve(bytes);
}

/** The image is filled: the disk appears. To be called before the first `run`. */
export function diskInsert(readOnly: u32): void {
  disk.insert(readOnly != 0);
}

/** Where the disk's dirty map lies: a byte for each 4 KiB, not 0 where the guest has written; the host clears it. */
export function diskDirtyPointer(): usize {
  return diskDirty;
}

/** A byte for the virtio console. 0 if it has no room. */
export function terminalInput(byte: u32): u32 {
  return u32(terminal.receive(byte));
}
