/**
 * Doubly linked lists with a head (NT's LIST_ENTRY): two words, next and previous, in the record itself; an empty list points
 * to itself. An entry is named by the address of its two words.
 */

/** Make a list empty, or mark an entry as being on no list. */
export function initializeList(head: usize): void {
  store<usize>(head, head);
  store<usize>(head, head, 4);
}

export function isListEmpty(head: usize): bool {
  return load<usize>(head) == head;
}

/** First entry, or the head itself when there is none. */
export function nextEntry(entry: usize): usize {
  return load<usize>(entry);
}

/** Last entry, or the head itself when there is none. */
export function previousEntry(entry: usize): usize {
  return load<usize>(entry, 4);
}

/** Number of entries. */
export function lengthOf(head: usize): u32 {
  let length: u32 = 0;
  for (let entry = nextEntry(head); entry != head; entry = nextEntry(entry)) length++;
  return length;
}

export function insertTail(head: usize, entry: usize): void {
  const last = load<usize>(head, 4);
  store<usize>(entry, head);
  store<usize>(entry, last, 4);
  store<usize>(last, entry);
  store<usize>(head, entry, 4);
}

export function insertHead(head: usize, entry: usize): void {
  insertTail(load<usize>(head), entry);
}

/** Take an entry out; afterwards it is an empty list of its own, so that taking it out again does nothing. */
export function removeEntry(entry: usize): void {
  detachEntry(entry);
  initializeList(entry);
}

/** The same without making a list of it: it is taken out but once. */
export function detachEntry(entry: usize): void {
  const next = load<usize>(entry);
  const previous = load<usize>(entry, 4);
  store<usize>(previous, next);
  store<usize>(next, previous, 4);
}

/** Take the first entry out, or 0 when there is none. */
export function removeHead(head: usize): usize {
  const entry = load<usize>(head);
  if (entry == head) return 0;
  removeEntry(entry);
  return entry;
}
