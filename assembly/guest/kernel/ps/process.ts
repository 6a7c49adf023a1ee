import { amoAdd } from '../rv';
import {
  MORE_STACKS_BYTES,
  MORE_STACKS_SHARE,
  MORE_STACKS_SHIFT,
  PROGRAM_BASE,
  USER_STACKS_BYTES,
} from '../hal/board';
import { currentThread } from '../hal/prcb';
import { lockDispatcher, unlockDispatcher } from '../ke/dispatcher';
import { initializeList, insertTail, nextEntry } from '../ke/list';
import { requestTermination, terminateThread, threadToEnd } from '../ke/termination';
import { createThread, startThread, Thread } from '../ke/thread';
import { CHECKED } from '../ke/checked';
import {
  allocate,
  allocateStack,
  charged,
  createStacks,
  freeStack,
  ownerOf,
  poolBase,
  sharePool,
  unusualRam,
} from '../mm/pool';
import { Region, REGION_BYTES } from '../mm/region';
import { writeStubs } from '../mm/user';
import { closeAllHandles, HANDLE_TABLE_BYTES, HandleTable } from '../ob/handle';
import { dereference } from '../ob/object';
import { bugCheck, stopMachine } from './fault';

/**
 * Processes: programs at work, each with its window of memory, its stacks and its handles. They are found in memory by their headers
 * (docs/design.md §4): the first at PROGRAM_BASE, and each names the next. The machine stops when all of them have ended.
 */

const MAGIC: u32 = 0x4750_544e;
const VERSION: u32 = 1;
const FIRST_STACK_BYTES: u32 = 64 * 1024;
/** Exit codes have 16 bits. */
const EXIT_CODE: u32 = 0xffff;
/** A region of stacks begins at a multiple of this. */
const STACK_ALIGNMENT: usize = 64 * 1024;

/** Words of the header. */
const HEADER_MAGIC: usize = 0;
const HEADER_VERSION: usize = 4;
const HEADER_ENTRY: usize = 8;
const HEADER_NEXT: usize = 24;

@unmanaged
export class Process {
  /** Entry of the list of all processes. */
  next: usize;
  previous: usize;
  number: u32;
  /** The name under which the pool is charged. */
  owner: u32;
  /** The window: first address, image, first address behind. */
  start: usize;
  image: usize;
  end: usize;
  /** From start to end. */
  bytes: usize;
  /** Where the heap ends, and the second region of stacks begins, if there is one. */
  heapEnd: usize;
  stacks: Region;
  moreStacks: Region;
  handles: HandleTable;
  /** Threads that have not ended. */
  threads: u32;
  /** It has said how it ends, or faulted; its threads are about to end. */
  ended: bool;
  exitCode: u32;
}

const STACKS_OFFSET: usize = offsetof<Process>();
const MORE_STACKS_OFFSET: usize = STACKS_OFFSET + REGION_BYTES;
const HANDLES_OFFSET: usize = MORE_STACKS_OFFSET + REGION_BYTES;
const PROCESS_BYTES: usize = HANDLES_OFFSET + HANDLE_TABLE_BYTES;

/** List head of all processes, in the order of their images. */
const processes = memory.data(8, 4);
let count: u32 = 0;
/** Those that have not ended. */
let running: u32 = 0;

/** The process of the calling thread. */
export function currentProcess(): Process {
  return currentThread().process;
}

/** Start the programs that the host has loaded. */
export function startPrograms(ramEnd: usize): void {
  initializeList(processes);
  let image = PROGRAM_BASE;
  while (image) {
    const next = headerWord(image, HEADER_NEXT);
    const end = next ? next - USER_STACKS_BYTES : poolBase(ramEnd);
    const heapEnd = next ? end : end - moreStackBytes(ramEnd, end - image);
    startProgram(createProcess(image, heapEnd, end));
    image = next;
  }
  sharePool(count);
}

function headerWord(image: usize, offset: usize): u32 {
  if (load<u32>(image + HEADER_MAGIC) != MAGIC) bugCheck('no program at', image);
  const version = load<u32>(image + HEADER_VERSION);
  if (version != VERSION) bugCheck('unknown version of the program header', version);
  return load<u32>(image + offset);
}

/** What the last program gets of its `room` for more stacks than fit in front of its image: no more than half. */
function moreStackBytes(ramEnd: usize, room: usize): usize {
  const part = (unusualRam(ramEnd) >> MORE_STACKS_SHIFT) * MORE_STACKS_SHARE;
  return min(min(part, room >> 1), MORE_STACKS_BYTES) & ~(STACK_ALIGNMENT - 1);
}

function createProcess(image: usize, heapEnd: usize, end: usize): Process {
  const address = allocate(PROCESS_BYTES);
  if (!address) bugCheck('no memory for a process', image);
  const process = changetype<Process>(address);
  process.owner = ownerOf(count);
  process.number = count++;
  process.start = image - USER_STACKS_BYTES;
  process.image = image;
  process.end = end;
  process.bytes = end - process.start;
  process.heapEnd = heapEnd;
  process.stacks = changetype<Region>(address + STACKS_OFFSET);
  process.moreStacks = changetype<Region>(address + MORE_STACKS_OFFSET);
  process.handles = changetype<HandleTable>(address + HANDLES_OFFSET);
  if (!createStacks(process.stacks, writeStubs(process.start), image)) {
    bugCheck('no memory for stacks of', image);
  }
  if (heapEnd < end && !createStacks(process.moreStacks, heapEnd, end)) {
    bugCheck('no memory for stacks of', image);
  }
  insertTail(processes, address);
  running++;
  return process;
}

/** Its entry gets the image's base and the end of the heap. */
function startProgram(process: Process): void {
  const entry = headerWord(process.image, HEADER_ENTRY);
  const thread = createThread(process, entry, process.image, process.heapEnd, FIRST_STACK_BYTES, 0);
  if (!changetype<usize>(thread)) bugCheck('no memory for the first thread', process.image);
  startThread(thread);
  dereference(thread);
}

/** Memory for a stack of a program, or 0. */
export function allocateUserStack(process: Process, bytes: usize): usize {
  const stack = allocateStack(process.stacks, bytes);
  if (stack || process.heapEnd == process.end) return stack;
  return allocateStack(process.moreStacks, bytes);
}

export function freeUserStack(process: Process, stack: usize, bytes: usize): void {
  const first = stack < process.image;
  freeStack(first ? process.stacks : process.moreStacks, stack, bytes);
}

/**
 * End the calling program with an exit code; with the last one the machine stops. At PASSIVE; does not return. Its threads end as
 * soon as each of them would be in user mode.
 */
export function endProcess(code: u32): void {
  const process = currentProcess();
  if (beEnded(process, code)) endOtherThreads(process, code);
  terminateThread(code);
}

/** Note the end of a program and its exit code; true the first time. */
function beEnded(process: Process, code: u32): bool {
  const old = lockDispatcher();
  const isFirst = !process.ended;
  if (isFirst) {
    process.ended = true;
    process.exitCode = code & EXIT_CODE;
    running--;
  }
  unlockDispatcher(old);
  if (isFirst && running == 0) {
    if (CHECKED) checkEnded(process);
    stopMachine(exitCodeOfRun());
  }
  return isFirst;
}

/** Programs that ended before the last one have given all their memory back. */
function checkEnded(last: Process): void {
  for (let entry = nextEntry(processes); entry != processes; entry = nextEntry(entry)) {
    const process = changetype<Process>(entry);
    if (process == last || process.threads) continue;
    if (charged(process.owner)) bugCheck('memory of an ended program', charged(process.owner));
  }
}

function endOtherThreads(process: Process, code: u32): void {
  let thread = threadToEnd(process);
  while (changetype<usize>(thread)) {
    requestTermination(thread, code);
    dereference(thread);
    thread = threadToEnd(process);
  }
}

/** That of the first program, in the order of their images, whose exit code is not 0. */
function exitCodeOfRun(): u32 {
  for (let entry = nextEntry(processes); entry != processes; entry = nextEntry(entry)) {
    const process = changetype<Process>(entry);
    if (process.exitCode) return process.exitCode;
  }
  return 0;
}

/** A thread is about to run. */
export function joinProcess(thread: Thread): void {
  amoAdd(threadsOf(thread.process), 1);
}

function threadsOf(process: Process): usize {
  return changetype<usize>(process) + offsetof<Process>('threads');
}

/**
 * A thread is about to have ended: with the last one its program ends, with this thread's status as exit code unless it has one, and its
 * handles go. At PASSIVE, in that thread.
 */
export function leaveProcess(thread: Thread): void {
  const process = thread.process;
  if (amoAdd(threadsOf(process), -1) != 1) return;
  beEnded(process, thread.exitStatus);
  closeAllHandles(process.handles);
}
