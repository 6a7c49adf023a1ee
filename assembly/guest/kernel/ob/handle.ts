import { csrReadClear, csrSet } from '../rv';
import { acquireAtDispatch, acquireLeaf, releaseFromDispatch, releaseLeaf } from '../ke/spinlock';
import { MSTATUS, MSTATUS_MIE } from '../hal/csr';
import { currentThread, multiprocessor } from '../hal/prcb';
import { KernelObject } from '../ke/object';
import { allocateRaw, free } from '../mm/pool';
import { currentProcess } from '../ps/process';
import {
  STATUS_INSUFFICIENT_RESOURCES,
  STATUS_INVALID_HANDLE,
  STATUS_OBJECT_TYPE_MISMATCH,
  STATUS_SUCCESS,
} from '../generated/syscalls';
import { closeObject, dereference, reference } from './object';

/**
 * Handles, a table for each program: multiples of 4, an index into pages of 1,024 words. A used word is the object's address; a freed one is the next
 * freed index, doubled, plus 1 (addresses are even). Freed handles are used again last in, first out.
 */

const lock = memory.data(4, 4);
const PAGE_BYTES: usize = 4096;
const PER_PAGE: u32 = 1024;
const PAGES: u32 = 128;
/** The handle that stands for the calling thread. */
export const CURRENT_THREAD: u32 = <u32>-2;

@unmanaged
export class HandleTable {
  /** Indices that have ever been used: the words behind are not written yet. */
  indices: u32;
  /** First freed index + 1, or 0. */
  firstFree: u32;
}

/** Behind the fields: addresses of the pages. */
const PAGES_OFFSET: usize = offsetof<HandleTable>();
/** Bytes of a table. */
export const HANDLE_TABLE_BYTES: usize = PAGES_OFFSET + 4 * PAGES;

function pageAddress(table: HandleTable, index: u32): usize {
  return changetype<usize>(table) + PAGES_OFFSET + ((<usize>(index / PER_PAGE)) << 2);
}

function entryAddress(table: HandleTable, index: u32): usize {
  return load<usize>(pageAddress(table, index)) + ((<usize>(index % PER_PAGE)) << 2);
}

/** An index for a new handle, or −1. */
function takeIndex(table: HandleTable): i32 {
  if (table.firstFree) {
    const index = table.firstFree - 1;
    table.firstFree = load<u32>(entryAddress(table, index)) >> 1;
    return <i32>index;
  }
  if (table.indices % PER_PAGE == 0) {
    const page = table.indices < PAGES * PER_PAGE ? allocateRaw(PAGE_BYTES) : 0;
    if (!page) return -1;
    store<usize>(pageAddress(table, table.indices), page);
  }
  table.indices++;
  return <i32>table.indices - 1;
}

/** Give an object a handle, or 0 when there is no room. */
export function createHandle(object: KernelObject): u32 {
  const old = acquireLeaf(lock);
  let handle: u32 = 0;
  const table = currentProcess().handles;
  const index = takeIndex(table);
  if (index >= 0) {
    store<usize>(entryAddress(table, index), changetype<usize>(object));
    object.handles++;
    handle = (<u32>index + 1) << 2;
  }
  releaseLeaf(lock, old);
  return handle;
}

/** Give a new object a handle and tell the program; without room the object goes. */
export function publishHandle(object: KernelObject, address: usize): u32 {
  if (!changetype<usize>(object)) return STATUS_INSUFFICIENT_RESOURCES;
  const handle = createHandle(object);
  if (!handle) {
    dereference(object);
    return STATUS_INSUFFICIENT_RESOURCES;
  }
  store<u32>(address, handle);
  return STATUS_SUCCESS;
}

function findObject(table: HandleTable, handle: u32): KernelObject {
  const index = (handle >> 2) - 1;
  if (handle & 3 || index >= table.indices) return changetype<KernelObject>(0);
  const value = load<usize>(entryAddress(table, index));
  return changetype<KernelObject>(value & 1 ? <usize>0 : value);
}

/** The object of a handle with a reference more, or null. Every call does it, so it keeps interrupts off rather than raise IRQL. */
export function referenceHandle(handle: u32): KernelObject {
  const enabled = csrReadClear(MSTATUS, MSTATUS_MIE) & MSTATUS_MIE;
  if (multiprocessor) acquireAtDispatch(lock);
  const thread = currentThread();
  const object: KernelObject =
    handle == CURRENT_THREAD ? thread : findObject(thread.process.handles, handle);
  if (changetype<usize>(object)) reference(object);
  if (multiprocessor) releaseFromDispatch(lock);
  csrSet(MSTATUS, enabled);
  return object;
}

/** As referenceHandle for an object of one type; lookupStatus says why there is none. */
export function referenceTyped(handle: u32, type: u32): KernelObject {
  const object = referenceHandle(handle);
  if (!changetype<usize>(object)) {
    currentThread().lastStatus = STATUS_INVALID_HANDLE;
  } else if (object.type != type) {
    dereference(object);
    currentThread().lastStatus = STATUS_OBJECT_TYPE_MISMATCH;
    return changetype<KernelObject>(0);
  }
  return object;
}

/** Why the calling thread's last referenceTyped found nothing. */
export function lookupStatus(): u32 {
  return currentThread().lastStatus;
}

/** Give an object another handle, which is its equal. */
export function duplicateHandle(handle: u32, address: usize): u32 {
  const object = referenceHandle(handle);
  return changetype<usize>(object) ? publishHandle(object, address) : STATUS_INVALID_HANDLE;
}

/** Close a handle; the last one ends what the object has going on. */
export function closeHandle(handle: u32): u32 {
  if (handle >= CURRENT_THREAD) return STATUS_SUCCESS; // stands for thread or process, and stays
  return closeIn(currentProcess().handles, handle);
}

function closeIn(table: HandleTable, handle: u32): u32 {
  const old = acquireLeaf(lock);
  const object = findObject(table, handle);
  if (!changetype<usize>(object)) {
    releaseLeaf(lock, old);
    return STATUS_INVALID_HANDLE;
  }
  const index = (handle >> 2) - 1;
  store<u32>(entryAddress(table, index), (table.firstFree << 1) | 1);
  table.firstFree = index + 1;
  const last = --object.handles == 0;
  releaseLeaf(lock, old);
  if (last) closeObject(object);
  dereference(object);
  return STATUS_SUCCESS;
}

/** A program has ended: close what it has left open, and give the table's pages back. */
export function closeAllHandles(table: HandleTable): void {
  const last = table.indices << 2;
  for (let handle: u32 = 4; handle <= last; handle += 4) closeIn(table, handle);
  for (let index: u32 = 0; index < table.indices; index += PER_PAGE) {
    free(load<usize>(pageAddress(table, index)), PAGE_BYTES);
  }
  table.indices = 0;
  table.firstFree = 0;
}
