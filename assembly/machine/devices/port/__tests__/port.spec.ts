import {
  RAM_BASE,
  RAM_BYTES,
  Random,
  guardsAreWhole,
  lineIsHigh,
  newBoard,
  plug,
  runTo,
  setGuards,
  setWord,
  traced,
  word,
} from '../../__tests__/board';
import { COUNT_busFaults } from '../../../generated/counters';
import * as port from '../../../generated/port';
import { TRACE_device_error, TRACE_port_park, TRACE_port_release } from '../../../generated/trace';
import { COUNTERS } from '../../../layout';
import { cycleOfTime } from '../../clint';
import { PortUnit } from '../index';

// Packets and threads of the tests.
const A: u32 = RAM_BASE + 0x1000;
const B: u32 = A + 0x10;
const C: u32 = A + 0x20;
const X: u32 = A + 0x30;
const T1: u32 = RAM_BASE + 0x2000;
const T2: u32 = T1 + 0x20;
const T3: u32 = T1 + 0x40;
/** More packets than the ports of one test ever hold. */
const MANY: u32 = RAM_BASE + 0x8000;
const SPARE: u32 = T1 + 0x1000;
const NEVER: u64 = u64.MAX_VALUE;
const PARKED = port.PORT_PARKED;
const TIMEOUT = port.PORT_TIMEOUT;

let unit: PortUnit = changetype<PortUnit>(0);
let p: u32 = 0;

function create(harts: u32): void {
  newBoard();
  unit = new PortUnit(harts);
  plug(unit, 0x0401_0000, 0x1000);
}

function get(hart: u32, register: u32): u32 {
  return unit.read(hart * port.PORT_BANK_SIZE + register, 4);
}

function set(hart: u32, register: u32, value: u32): void {
  unit.write(hart * port.PORT_BANK_SIZE + register, 4, value);
}

function command(register: u32, operand: u32, hart: u32 = 0): u32 {
  return unit.exchange(hart * port.PORT_BANK_SIZE + register, operand);
}

function open(limit: u32): u32 {
  return command(port.PORT_CREATE, limit);
}

function insert(to: u32, packet: u32, hart: u32 = 0): u32 {
  set(hart, port.PORT_PORT, to);
  return command(port.PORT_INSERT, packet, hart);
}

function remove(from: u32, thread: u32, deadline: u64 = NEVER, hart: u32 = 0): u32 {
  set(hart, port.PORT_PORT, from);
  set(hart, port.PORT_DEADLINE_LOW, <u32>deadline);
  set(hart, port.PORT_DEADLINE_HIGH, <u32>(deadline >>> 32));
  return command(port.PORT_REMOVE, thread, hart);
}

function released(hart: u32 = 0): u32 {
  return get(hart, port.PORT_RELEASE);
}

function value(hart: u32 = 0): u32 {
  return get(hart, port.PORT_RELEASE_VALUE);
}

function state(handle: u32, register: u32): u32 {
  set(0, port.PORT_PORT, handle);
  return get(0, register);
}

function depth(handle: u32): u32 {
  return state(handle, port.PORT_DEPTH);
}

function active(handle: u32): u32 {
  return state(handle, port.PORT_ACTIVE);
}

describe('completion ports', () => {
  beforeEach(() => {
    create(1);
    p = open(1);
  });

  it('N3.1: concurrency 0 means the number of harts', () => {
    create(4);
    expect(state(open(0), port.PORT_CONCURRENCY)).toBe(4);
    expect(state(open(7), port.PORT_CONCURRENCY)).toBe(7);
  });

  it('S39: newest waiter first, oldest packet first, one at a time', () => {
    expect(remove(p, T1)).toBe(PARKED);
    expect(remove(p, T2)).toBe(PARKED);
    expect(remove(p, T3)).toBe(PARKED);
    expect(insert(p, A)).toBe(0);
    expect(insert(p, B)).toBe(0);
    expect(insert(p, C)).toBe(1);
    expect(released()).toBe(T3);
    expect(value()).toBe(A);
    expect(released()).toBe(0);
    expect(depth(p)).toBe(2);
    expect(remove(p, T3)).toBe(B, 'no switch while packets wait');
    expect(remove(p, T3)).toBe(C);
    expect(remove(p, T3)).toBe(PARKED);
  });

  it('N3.2: the answer is the previous signal state, TAKER the thread', () => {
    expect(insert(p, A)).toBe(0);
    expect(get(0, port.PORT_TAKER)).toBe(0);
    expect(insert(p, B)).toBe(1);
    create(1);
    p = open(1);
    remove(p, T1);
    expect(insert(p, A)).toBe(0);
    expect(get(0, port.PORT_TAKER)).toBe(T1);
  });

  it('N3.2: packets of a thread in the middle of its own remove are queued for itself', () => {
    remove(p, T1);
    remove(p, T2);
    expect(command(port.PORT_INTERRUPT, T2)).toBe(1);
    create(1);
    p = open(2);
    remove(p, T1);
    remove(p, T2);
    command(port.PORT_INTERRUPT, T2);
    set(0, port.PORT_INSERTER, T2);
    expect(insert(p, A)).toBe(0);
    expect(released()).toBe(0, 'T1 does not get it');
    expect(remove(p, T2)).toBe(A);
    set(0, port.PORT_INSERTER, 0);
    insert(p, B);
    expect(released()).toBe(T1);
  });

  it('N3.4: remove parks although packets exist when the limit is reached by others', () => {
    insert(p, A);
    insert(p, B);
    expect(remove(p, T1)).toBe(A);
    expect(remove(p, T2)).toBe(PARKED);
    expect(depth(p)).toBe(1);
  });

  it('N3.5: a thread that blocks elsewhere lets the newest waiter run', () => {
    insert(p, A);
    remove(p, T1);
    remove(p, T2);
    remove(p, T3);
    insert(p, B);
    insert(p, C);
    expect(released()).toBe(0);
    expect(command(port.PORT_BLOCK, T1)).toBe(1);
    expect(released()).toBe(T3);
    expect(value()).toBe(B);
    expect(released()).toBe(0, 'one only');
    expect(active(p)).toBe(1);
  });

  it('N3.5: waking may exceed the limit, and nobody is released until it is below', () => {
    insert(p, A);
    remove(p, T1);
    remove(p, T2);
    command(port.PORT_BLOCK, T1);
    insert(p, B);
    expect(released()).toBe(T2);
    expect(command(port.PORT_WAKE, T1)).toBe(1);
    expect(active(p)).toBe(2);
    insert(p, C);
    insert(p, X);
    expect(remove(p, T1)).toBe(PARKED, 'active was 2, is 1 = limit');
    expect(depth(p)).toBe(2);
    expect(remove(p, T2)).toBe(C);
  });

  it('N3.5: a thread without a port blocks and wakes without effect', () => {
    expect(command(port.PORT_BLOCK, T1)).toBe(0);
    expect(command(port.PORT_WAKE, T1)).toBe(0);
    expect(command(port.PORT_LEAVE, T1)).toBe(0);
    expect(get(0, port.PORT_ERRORS)).toBe(0);
  });

  it('S42: the exit of an active thread releases the newest waiter', () => {
    insert(p, A);
    remove(p, T1);
    remove(p, T2);
    remove(p, T3);
    insert(p, B);
    expect(command(port.PORT_LEAVE, T1)).toBe(1);
    expect(released()).toBe(T3);
    expect(value()).toBe(B);
    expect(word(T1 + port.PORT_THREAD_PORT)).toBe(0);
  });

  it('S43: removing from another port leaves the old one, which may release a waiter', () => {
    const q = open(1);
    insert(p, A);
    expect(remove(p, T1)).toBe(A);
    remove(p, T2);
    insert(p, B);
    expect(remove(q, T1)).toBe(PARKED);
    expect(released()).toBe(T2);
    expect(active(p)).toBe(1);
    expect(active(q)).toBe(0);
    insert(q, C);
    expect(released()).toBe(T1);
    expect(active(q)).toBe(1);
    expect(active(p)).toBe(1);
  });

  it('S44, S59: timeout 0 gives a timeout at once, or a packet, and never parks', () => {
    expect(remove(p, T1, 0)).toBe(TIMEOUT);
    expect(active(p)).toBe(1, 'the caller counts');
    insert(p, A);
    expect(remove(p, T1, 0)).toBe(A);
    insert(p, B);
    expect(remove(p, T2, 0)).toBe(TIMEOUT, 'the limit is reached');
    expect(state(p, port.PORT_WAITERS)).toBe(0);
  });

  it('N3.7: a timed wait ends at its deadline and the thread is active again', () => {
    expect(remove(p, T1, 10)).toBe(PARKED);
    expect(active(p)).toBe(0);
    runTo(cycleOfTime(10) - 1);
    expect(released()).toBe(0);
    runTo(cycleOfTime(10));
    expect(released()).toBe(T1);
    expect(value()).toBe(TIMEOUT);
    expect(active(p)).toBe(1);
    expect(state(p, port.PORT_WAITERS)).toBe(0);
  });

  it('N3.7: every deadline is kept, in whatever order the threads came', () => {
    remove(p, T1, 30);
    remove(p, T2, 10);
    remove(p, T3, 20);
    const order: StaticArray<u32> = [T2, T3, T1];
    for (let n: u64 = 1; n <= 3; n++) {
      runTo(cycleOfTime(10 * n) - 1);
      expect(released()).toBe(0);
      runTo(cycleOfTime(10 * n));
      expect(released()).toBe(order[<i32>n - 1]);
    }
  });

  it('N3.7: deadlines are served in order, and a released thread has none left', () => {
    remove(p, T1, 30);
    remove(p, T2, 10);
    remove(p, T3, 20);
    insert(p, A);
    expect(released()).toBe(T3);
    runTo(cycleOfTime(40));
    expect(released()).toBe(T2);
    expect(released()).toBe(T1);
    expect(released()).toBe(0);
  });

  it('S45: a packet at the head comes before older ones', () => {
    insert(p, A);
    set(0, port.PORT_PORT, p);
    expect(command(port.PORT_INSERT_HEAD, X)).toBe(1);
    expect(remove(p, T1)).toBe(X);
    expect(remove(p, T1)).toBe(A);
  });

  it('S58: one packet on a new port is counted, removed, and counted no more', () => {
    setWord(A + 4, 0x1234);
    insert(p, A);
    expect(depth(p)).toBe(1);
    expect(remove(p, T1, 0)).toBe(A);
    expect(word(A + 4)).toBe(0x1234);
    expect(depth(p)).toBe(0);
  });

  it('S60: a batch is taken in order by an active thread', () => {
    insert(p, A);
    insert(p, B);
    insert(p, C);
    expect(remove(p, T1)).toBe(A);
    expect(command(port.PORT_TAKE, T1)).toBe(B);
    expect(active(p)).toBe(1);
    expect(command(port.PORT_TAKE, T1)).toBe(C);
    expect(command(port.PORT_TAKE, T1)).toBe(0);
    expect(command(port.PORT_TAKE, T2)).toBe(0, 'not on this port');
  });

  it('S61: a batch that timed out has nothing to take', () => {
    expect(remove(p, T1, 10)).toBe(PARKED);
    runTo(cycleOfTime(10));
    expect(released()).toBe(T1);
    expect(value()).toBe(TIMEOUT);
    expect(command(port.PORT_TAKE, T1)).toBe(0);
  });

  it('S64: without a parked remover the packet stays for whoever removes it', () => {
    insert(p, A);
    expect(get(0, port.PORT_TAKER)).toBe(0, 'waits on the handle end');
    expect(depth(p)).toBe(1);
    expect(remove(p, T3, 0)).toBe(A);
  });

  it('S65: a parked remover gets the packet, and the port is not signalled', () => {
    remove(p, T1);
    insert(p, A);
    expect(get(0, port.PORT_TAKER)).toBe(T1, 'waits on the handle go on');
    expect(depth(p)).toBe(0);
  });

  it('S71: what stands behind the link of a packet is delivered as it was', () => {
    for (let at: u32 = 4; at < 16; at += 4) setWord(A + at, at * 0x0101_0101);
    insert(p, A);
    expect(remove(p, T1)).toBe(A);
    for (let at: u32 = 4; at < 16; at += 4) expect(word(A + at)).toBe(at * 0x0101_0101);
  });

  it('S63: an interrupted wait ends without a packet and may begin again', () => {
    remove(p, T1);
    expect(command(port.PORT_INTERRUPT, T1)).toBe(1);
    expect(command(port.PORT_INTERRUPT, T1)).toBe(0);
    expect(active(p)).toBe(1);
    expect(released()).toBe(0);
    expect(remove(p, T1)).toBe(PARKED);
    insert(p, A);
    expect(command(port.PORT_INTERRUPT, T1)).toBe(0, 'the packet is on its way');
    expect(released()).toBe(T1);
  });

  it('S68: closing releases the parked threads as abandoned and hands back the packets', () => {
    remove(p, T1);
    remove(p, T2, 50);
    expect(command(port.PORT_CLOSE, p)).toBe(0);
    expect(released()).toBe(T2);
    expect(value()).toBe(port.PORT_ABANDONED);
    expect(released()).toBe(T1);
    expect(value()).toBe(port.PORT_ABANDONED);
    expect(word(T1 + port.PORT_THREAD_PORT)).toBe(0);
    runTo(cycleOfTime(100));
    expect(released()).toBe(0);
    p = open(1);
    insert(p, A);
    insert(p, B);
    expect(command(port.PORT_CLOSE, p)).toBe(A);
    expect(word(A)).toBe(B);
    expect(word(B)).toBe(0);
  });

  it('N3.8: close ends the association; an old handle names no new port', () => {
    insert(p, A);
    remove(p, T1);
    command(port.PORT_CLOSE, p);
    const q = open(1);
    expect(q).not.toBe(p);
    expect(insert(p, B)).toBe(port.PORT_FAILED);
    expect(remove(p, T1)).toBe(port.PORT_ABANDONED);
    expect(command(port.PORT_BLOCK, T1)).toBe(0);
    expect(active(q)).toBe(0);
  });

  it('releases go to the hart whose command made them, timeouts to the one that parked', () => {
    create(2);
    p = open(2);
    remove(p, T1, NEVER, 0);
    remove(p, T2, 10, 1);
    insert(p, A, 0);
    expect(released(0)).toBe(T2);
    remove(p, T2, 10, 1);
    runTo(cycleOfTime(10));
    expect(get(1, port.PORT_RELEASE_DEPTH)).toBe(1);
    expect(released(1)).toBe(T2);
    expect(released(0)).toBe(0);
  });

  it('the line is high while the FIFO is not empty', () => {
    p = open(2);
    remove(p, T1);
    remove(p, T2);
    expect(lineIsHigh(port.PORT_PLIC_SOURCE)).toBe(false);
    insert(p, A);
    insert(p, B);
    released();
    expect(lineIsHigh(port.PORT_PLIC_SOURCE)).toBe(true);
    released();
    expect(lineIsHigh(port.PORT_PLIC_SOURCE)).toBe(false);
  });

  it('writes trace records for parking and release', () => {
    remove(p, T1);
    insert(p, A);
    expect(traced(TRACE_port_park, p)).toBe(1);
    expect(traced(TRACE_port_release, p)).toBe(1);
  });
});

/** N3.4 for all open ports of a model in which no APC runs. */
function invariant(handle: u32): bool {
  const waiting = state(handle, port.PORT_WAITERS) > 0;
  return !(waiting && depth(handle) > 0 && active(handle) < state(handle, port.PORT_CONCURRENCY));
}

describe('completion ports, always', () => {
  it('N3.4: never packets, waiters and room together, whatever honest threads do', () => {
    create(2);
    const random = new Random(7);
    const ports: StaticArray<u32> = [open(1), open(2), open(3)];
    const running = new StaticArray<u8>(8);
    let next: u32 = MANY;
    for (let n = 0; n < 8; n++) running[n] = 1;
    for (let step: u32 = 1; step <= 5_000; step++) {
      const hart = random.below(2);
      const at = random.below(8);
      const thread = T1 + 0x20 * at;
      const target = ports[random.below(3)];
      switch (random.below(4)) {
        case 0:
          insert(target, next, hart);
          next = next == MANY + 0x3ff0 ? MANY : next + 0x10;
          if (depth(target) > 100) for (let n = 0; n < 90; n++) drain(target);
          break;
        case 1:
          if (running[at] == 1 && remove(target, thread, step + random.below(40), hart) == PARKED)
            running[at] = 0;
          break;
        case 2:
          if (running[at] == 1 && command(port.PORT_BLOCK, thread, hart)) running[at] = 2;
          break;
        default:
          if (running[at] == 2 && command(port.PORT_WAKE, thread, hart)) running[at] = 1;
      }
      runTo(cycleOfTime(step));
      for (let h: u32 = 0; h < 2; h++) {
        for (let t = released(h); t != 0; t = released(h)) running[(t - T1) / 0x20] = 1;
      }
      for (let n = 0; n < 3; n++) assert(invariant(ports[n]), 'N3.4 is broken');
    }
    expect(get(0, port.PORT_ERRORS) + get(1, port.PORT_ERRORS)).toBe(0);
  });
});

function drain(handle: u32): void {
  if (remove(handle, SPARE, 0) == TIMEOUT) command(port.PORT_LEAVE, SPARE);
}

describe('completion ports, hostile drivers', () => {
  beforeEach(() => {
    create(2);
    p = open(1);
  });

  it('refuses wrong addresses and handles', () => {
    expect(insert(0, A)).toBe(port.PORT_FAILED);
    expect(get(0, port.PORT_ERROR)).toBe(port.PORT_ERROR_PORT);
    expect(insert(p, A + 2)).toBe(port.PORT_FAILED);
    expect(insert(p, RAM_BASE + RAM_BYTES)).toBe(port.PORT_FAILED);
    expect(remove(p, RAM_BASE + RAM_BYTES - 28)).toBe(port.PORT_REFUSED);
    expect(get(0, port.PORT_ERROR)).toBe(port.PORT_ERROR_ADDRESS);
    expect(command(port.PORT_CLOSE, p + 64)).toBe(0);
    expect(traced(TRACE_device_error, unit.number)).toBe(get(0, port.PORT_ERRORS));
  });

  it('refuses a thread that is parked already', () => {
    remove(p, T1);
    expect(remove(p, T1)).toBe(port.PORT_REFUSED);
    expect(get(0, port.PORT_ERROR)).toBe(port.PORT_ERROR_STATE);
    expect(state(p, port.PORT_WAITERS)).toBe(1);
  });

  it('does not count below zero for a thread that lies about its port', () => {
    setWord(T1 + port.PORT_THREAD_PORT, p);
    expect(command(port.PORT_BLOCK, T1)).toBe(1);
    expect(active(p)).toBe(0);
    remove(p, T2);
    insert(p, A);
    expect(released()).toBe(T2);
  });

  it('has 64 ports and refuses one more', () => {
    for (let n = 1; n < 64; n++) expect(open(1)).not.toBe(0);
    expect(open(1)).toBe(0);
    expect(get(0, port.PORT_ERROR)).toBe(port.PORT_ERROR_FULL);
    expect(get(0, port.PORT_PORTS_OPEN)).toBe(64);
  });

  it('faults on unknown registers and kinds of access', () => {
    unit.read(port.PORT_CREATE, 4);
    unit.read(0x70, 4);
    unit.write(port.PORT_DEPTH, 4, 0);
    unit.exchange(port.PORT_PORT, 0);
    unit.read(2 * port.PORT_BANK_SIZE, 4);
    unit.read(port.PORT_DEPTH, 2);
    expect(load<u64>(COUNTERS + 8 * <usize>COUNT_busFaults)).toBe(6);
  });

  it('stands 20,000 random operations on records that change under it', () => {
    setGuards();
    const random = new Random(3);
    for (let n: u32 = 0; n < 20_000; n++) {
      const record = RAM_BASE + 4 * random.below(64);
      const hart = random.below(2);
      switch (random.below(8)) {
        case 0:
          insert(random.below(200), record, hart);
          break;
        case 1:
          remove(random.below(200), record, random.below(2) ? NEVER : n + random.below(99), hart);
          break;
        case 2:
        case 3:
          command(4 * random.below(16), random.below(2) ? record : random.below(200), hart);
          break;
        case 4:
          released(hart);
          break;
        case 5:
        case 6:
          setWord(record, random.below(2) ? RAM_BASE + 4 * random.below(64) : random.below(8));
          break;
        default:
          runTo(cycleOfTime(n));
      }
    }
    expect(guardsAreWhole()).toBe(true);
    expect(get(0, port.PORT_ERRORS) > 0).toBe(true);
  });
});
