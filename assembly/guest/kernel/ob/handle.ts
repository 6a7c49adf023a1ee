import { DISPATCH_LEVEL, lowerIrql, raiseIrql } from '../hal/irql';
import { currentThread } from '../hal/prcb';
import { KernelObject } from '../ke/object';
import { allocateRaw } from '../mm/pool';
import {
  STATUS_INSUFFICIENT_RESOURCES,
  STATUS_INVALID_HANDLE,
  STATUS_OBJECT_TYPE_MISMATCH,
  STATUS_SUCCESS,
} from '../generated/syscalls';
import { closeObject, dereference, reference } from './object';

/**
 * Handles: multiples of 4, an index into pages of 1,024 words. A used word is the object's address; a freed one is the next
 * freed index, doubled, plus 1 (addresses are even). Freed handles are used again last in, first out.
 */

const PAGE_BYTES: usize = 4096;
const PER_PAGE: u32 = 1024;
const PAGES: u32 = 128;
/** The handle that stands for the calling thread. */
export const CURRENT_THREAD: u32 = <u32>-2;

const pages = memory.data(4 * 128, 4);
/** Indices that have ever been used: the words behind are not written yet. */
let indices: u32 = 0;
/** First freed index + 1, or 0. */
let firstFree: u32 = 0;

function entryAddress(index: u32): usize {
  const page = load<usize>(pages + ((<usize>(index / PER_PAGE)) << 2));
  return page + ((<usize>(index % PER_PAGE)) << 2);
}

/** An index for a new handle, or −1. */
function takeIndex(): i32 {
  if (firstFree) {
    const index = firstFree - 1;
    firstFree = load<u32>(entryAddress(index)) >> 1;
    return <i32>index;
  }
  if (indices % PER_PAGE == 0) {
    const page = indices < PAGES * PER_PAGE ? allocateRaw(PAGE_BYTES) : 0;
    if (!page) return -1;
    store<usize>(pages + ((<usize>(indices / PER_PAGE)) << 2), page);
  }
  indices++;
  return <i32>indices - 1;
}

/** Give an object a handle, or 0 when there is no room. */
export function createHandle(object: KernelObject): u32 {
  const old = raiseIrql(DISPATCH_LEVEL);
  let handle: u32 = 0;
  const index = takeIndex();
  if (index >= 0) {
    store<usize>(entryAddress(index), changetype<usize>(object));
    object.handles++;
    handle = (<u32>index + 1) << 2;
  }
  lowerIrql(old);
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

function findObject(handle: u32): KernelObject {
  const index = (handle >> 2) - 1;
  if (handle & 3 || index >= indices) return changetype<KernelObject>(0);
  const value = load<usize>(entryAddress(index));
  return changetype<KernelObject>(value & 1 ? <usize>0 : value);
}

/** The object of a handle with a reference more, or null. */
export function referenceHandle(handle: u32): KernelObject {
  const old = raiseIrql(DISPATCH_LEVEL);
  const object: KernelObject = handle == CURRENT_THREAD ? currentThread() : findObject(handle);
  if (changetype<usize>(object)) reference(object);
  lowerIrql(old);
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
  const old = raiseIrql(DISPATCH_LEVEL);
  const object = findObject(handle);
  if (!changetype<usize>(object)) {
    lowerIrql(old);
    return STATUS_INVALID_HANDLE;
  }
  const index = (handle >> 2) - 1;
  store<u32>(entryAddress(index), (firstFree << 1) | 1);
  firstFree = index + 1;
  if (--object.handles == 0) closeObject(object);
  dereference(object);
  lowerIrql(old);
  return STATUS_SUCCESS;
}
