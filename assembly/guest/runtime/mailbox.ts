/**
 * Calls from the host: messages of the mailbox device start async functions of the program, and their results go back.
 */
import { allocateRaw } from './heap';
import {
  IOCTL_MAILBOX_RECEIVE,
  IOCTL_MAILBOX_REPLY,
  MAILBOX_MESSAGE_BYTES,
  MAILBOX_MESSAGE_arguments,
  MAILBOX_MESSAGE_function,
  MAILBOX_MESSAGE_message,
  MAILBOX_REPLY_BYTES,
  MAILBOX_REPLY_high,
  MAILBOX_REPLY_low,
  MAILBOX_REPLY_message,
  MAILBOX_REPLY_status,
  STATUS_CANCELLED,
  STATUS_INVALID_PARAMETER,
  STATUS_SUCCESS,
  STATUS_UNSUCCESSFUL,
} from './generated/syscalls';
import { Handle } from './handle';
import { Request, openDevice } from './request';
import { settled } from './settled';
import { Task, resultWords } from './task';

/** Starts function number `fn` with the argument words at `words`; 0 if there is no such function. */
export type Invoke = (fn: u32, words: usize) => usize;

/** Take messages for ever. */
export async function serveMailbox(invoke: Invoke): Promise<void> {
  const file = openDevice('\\Device\\Mailbox', 'The mailbox', 0);
  const request = new Request();
  while (true) {
    const message = allocateRaw(MAILBOX_MESSAGE_BYTES);
    const status = await request.begin(file, IOCTL_MAILBOX_RECEIVE, message);
    if (status < 0) return;
    answer(file, message, invoke);
  }
}

async function answer(file: Handle, message: usize, invoke: Invoke): Promise<void> {
  const number = load<u32>(message + MAILBOX_MESSAGE_message);
  const fn = load<u32>(message + MAILBOX_MESSAGE_function);
  const task = invoke(fn, message + MAILBOX_MESSAGE_arguments);
  if (task == 0) {
    await reply(file, number, STATUS_INVALID_PARAMETER, 0);
    return;
  }
  // Awaited without its result, whose type is not known here.
  const ended = changetype<Task<void>>(task);
  await settled<void>(ended);
  if (ended.isCancelled) await reply(file, number, STATUS_CANCELLED, 0);
  else if (ended.isFailed) await reply(file, number, STATUS_UNSUCCESSFUL, failureText(ended));
  else await reply(file, number, STATUS_SUCCESS, resultWords(task));
}

/** Length and address of the error's text, which the host reads before the reply returns. */
function failureText(task: Task<void>): u64 {
  const text = String.UTF8.encode(task.error!.stack);
  return ((<u64>text.byteLength) << 32) | changetype<usize>(text);
}

function reply(file: Handle, message: u32, status: u32, result: u64): Task<i32> {
  const structure = allocateRaw(MAILBOX_REPLY_BYTES);
  store<u32>(structure + MAILBOX_REPLY_message, message);
  store<u32>(structure + MAILBOX_REPLY_status, status);
  store<u32>(structure + MAILBOX_REPLY_low, <u32>result);
  store<u32>(structure + MAILBOX_REPLY_high, <u32>(result >>> 32));
  return new Request().begin(file, IOCTL_MAILBOX_REPLY, structure);
}
