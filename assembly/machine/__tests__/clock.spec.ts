import { newBoard } from '../devices/__tests__/board';
import {
  NEVER,
  beginTurn,
  budget,
  cancel,
  deadline,
  eventCount,
  eventHash,
  hartCycle,
  nextEvent,
  now,
  schedule,
  setBudget,
  takeEvent,
} from '../clock';

/** Device and id of the next event, as device * 1000 + id. */
function next(): u32 {
  const packed = takeEvent();
  return <u32>(packed >> 32) * 1000 + <u32>packed;
}

describe('events', () => {
  beforeEach(() => {
    newBoard();
  });

  it('come in the order of cycles, and as scheduled within one', () => {
    schedule(30, 1, 1);
    schedule(10, 2, 2);
    schedule(10, 3, 3);
    schedule(20, 4, 4);
    schedule(10, 5, 5);
    expect(nextEvent()).toBe(10);
    expect(next()).toBe(2002);
    expect(next()).toBe(3003);
    expect(next()).toBe(5005);
    expect(now()).toBe(10);
    expect(next()).toBe(4004);
    expect(next()).toBe(1001);
    expect(now()).toBe(30);
    expect(nextEvent()).toBe(NEVER);
    expect(eventCount).toBe(5);
  });

  it('come in order when there are many', () => {
    let x: u32 = 1;
    for (let i: u32 = 0; i < 1000; i++) {
      x = x * 1664525 + 1013904223;
      schedule(x % 97, i, 0);
    }
    let last: u64 = 0;
    let device: u32 = 0;
    for (let i = 0; i < 1000; i++) {
      const packed = takeEvent();
      const ordered = now() > last || (now() == last && <u32>(packed >> 32) >= device);
      expect(ordered).toBe(true);
      last = now();
      device = <u32>(packed >> 32);
    }
  });

  it('can be cancelled', () => {
    for (let i: u32 = 0; i < 50; i++) schedule(100 - i, i % 5, i % 2);
    cancel(3, 1);
    cancel(3, 0);
    cancel(4, 7);
    let left = 0;
    while (nextEvent() != NEVER) {
      expect(takeEvent() >> 32).not.toBe(3);
      left++;
    }
    expect(left).toBe(40);
  });

  it('are refused when the heap is full', () => {
    for (let i = 0; i < 1024; i++) expect(schedule(5, 0, i)).toBe(true);
    expect(schedule(5, 0, 0)).toBe(false);
  });

  it('never lie in the past', () => {
    schedule(50, 1, 0);
    takeEvent();
    schedule(20, 1, 1);
    expect(nextEvent()).toBe(50);
  });

  it('have a hash that does not tell how the heap came about', () => {
    schedule(10, 1, 1);
    schedule(20, 2, 2);
    schedule(30, 3, 3);
    schedule(40, 4, 4);
    cancel(1, 1);
    const hash = eventHash();
    newBoard();
    schedule(90, 9, 9);
    schedule(20, 2, 2);
    schedule(30, 3, 3);
    schedule(40, 4, 4);
    cancel(9, 9);
    expect(eventHash()).toBe(hash);
    cancel(4, 4);
    expect(eventHash()).not.toBe(hash);
  });
});

describe('a turn', () => {
  it('ends at an event that is scheduled during it', () => {
    newBoard();
    beginTurn(100, 1000);
    expect(budget).toBe(900);
    setBudget(800);
    expect(hartCycle()).toBe(200);
    schedule(500, 1, 1);
    expect(deadline).toBe(500);
    expect(hartCycle()).toBe(200);
    expect(budget).toBe(300);
    schedule(700, 1, 2);
    expect(budget).toBe(300);
    schedule(150, 1, 3);
    expect(budget).toBe(-50);
    expect(hartCycle()).toBe(200);
  });
});
