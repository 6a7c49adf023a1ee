import {
  RAM_BASE,
  RAM_BYTES,
  Random,
  guardsAreWhole,
  lineIsHigh,
  newBoard,
  plug,
  setGuards,
  setWord,
  traced,
  word,
} from '../../__tests__/board';
import * as dpc from '../../../generated/dpc';
import { TRACE_device_error, TRACE_dpc_request } from '../../../generated/trace';
import { COUNT_busFaults } from '../../../generated/counters';
import { COUNTERS } from '../../../layout';
import { DpcUnit } from '../index';

const A: u32 = RAM_BASE + 0x1000;
const B: u32 = A + 0x20;
const C: u32 = A + 0x40;
const D: u32 = A + 0x60;
const PAGE: u32 = 0x1000;

let unit: DpcUnit = changetype<DpcUnit>(0);

function create(harts: u32): void {
  newBoard();
  unit = new DpcUnit(harts);
  plug(unit, 0x0400_0000, PAGE * harts);
  for (let hart: u32 = 0; hart < harts; hart++) set(hart, dpc.DPC_MIN_RATE, 0);
}

function get(hart: u32, register: u32): u32 {
  return unit.read(hart * PAGE + register, 4);
}

function set(hart: u32, register: u32, value: u32): void {
  unit.write(hart * PAGE + register, 4, value);
}

function describeDpc(record: u32, importance: u32, target: u32): void {
  setWord(record + dpc.DPC_RECORD_TYPE, (target << 16) | (importance << 8));
  setWord(record + dpc.DPC_RECORD_QUEUED, 0);
  setWord(record + dpc.DPC_RECORD_ROUTINE, record + 1);
  setWord(record + dpc.DPC_RECORD_CONTEXT, record + 2);
}

function insert(hart: u32, record: u32): u32 {
  return unit.exchange(hart * PAGE + dpc.DPC_INSERT, record);
}

function remove(hart: u32, record: u32): u32 {
  return unit.exchange(hart * PAGE + dpc.DPC_REMOVE, record);
}

function pop(hart: u32): u32 {
  return get(hart, dpc.DPC_POP);
}

function requested(hart: u32): bool {
  return (get(hart, dpc.DPC_STATUS) & dpc.DPC_STATUS_REQUESTED) != 0;
}

function active(hart: u32): bool {
  return (get(hart, dpc.DPC_STATUS) & dpc.DPC_STATUS_ACTIVE) != 0;
}

function add(hart: u32, record: u32, importance: u32, target: u32): u32 {
  describeDpc(record, importance, target);
  return insert(hart, record);
}

const LOW = dpc.DPC_IMPORTANCE_LOW;
const MEDIUM = dpc.DPC_IMPORTANCE_MEDIUM;
const HIGH = dpc.DPC_IMPORTANCE_HIGH;
const MEDIUM_HIGH = dpc.DPC_IMPORTANCE_MEDIUM_HIGH;

describe('DPC unit, one hart', () => {
  beforeEach(() => create(1));

  it('S16: a Medium DPC is queued, requests a drain and can be inserted again once it left', () => {
    describeDpc(A, MEDIUM, 0);
    for (let n = 0; n < 5; n++) {
      expect(insert(0, A)).toBe(1);
      expect(requested(0)).toBe(true);
      expect(pop(0)).toBe(A);
      expect(pop(0)).toBe(0);
      expect(requested(0)).toBe(false);
    }
  });

  it('N2.2: a second insertion answers 0 and the first arguments stay', () => {
    describeDpc(A, MEDIUM, 0);
    set(0, dpc.DPC_ARG1, 1);
    set(0, dpc.DPC_ARG2, 2);
    expect(insert(0, A)).toBe(1);
    set(0, dpc.DPC_ARG1, 3);
    expect(insert(0, A)).toBe(0);
    expect(pop(0)).toBe(A);
    expect(get(0, dpc.DPC_CURRENT_ARG1)).toBe(1);
    expect(get(0, dpc.DPC_CURRENT_ARG2)).toBe(2);
    expect(get(0, dpc.DPC_CURRENT_ROUTINE)).toBe(A + 1);
    expect(get(0, dpc.DPC_CURRENT_CONTEXT)).toBe(A + 2);
    expect(pop(0)).toBe(0);
  });

  it('N2.3: High goes to the head, the others to the tail', () => {
    add(0, A, LOW, 0);
    add(0, B, MEDIUM, 0);
    add(0, C, MEDIUM_HIGH, 0);
    add(0, D, HIGH, 0);
    expect(get(0, dpc.DPC_DEPTH)).toBe(4);
    expect(pop(0)).toBe(D);
    expect(pop(0)).toBe(A);
    expect(pop(0)).toBe(B);
    expect(pop(0)).toBe(C);
    expect(pop(0)).toBe(0);
  });

  it('N2.4: no request while one is pending or the drain is active', () => {
    add(0, A, MEDIUM, 0);
    add(0, B, MEDIUM, 0);
    expect(traced(TRACE_dpc_request, 0)).toBe(1);
    pop(0);
    add(0, C, HIGH, 0);
    expect(traced(TRACE_dpc_request, 0)).toBe(1);
    expect(requested(0)).toBe(false);
  });

  it('S18: removal answers whether it was queued, and a removed DPC never runs', () => {
    describeDpc(A, MEDIUM, 0);
    expect(remove(0, A)).toBe(0);
    expect(insert(0, A)).toBe(1);
    expect(remove(0, A)).toBe(1);
    expect(remove(0, A)).toBe(0);
    expect(pop(0)).toBe(0);
  });

  it('S18: removal from the head, the middle and the tail keeps the order of the others', () => {
    const records: StaticArray<u32> = [A, B, C];
    for (let gone = 0; gone < 3; gone++) {
      for (let n = 0; n < 3; n++) add(0, records[n], MEDIUM, 0);
      expect(remove(0, records[gone])).toBe(1);
      for (let n = 0; n < 3; n++) if (n != gone) expect(pop(0)).toBe(records[n]);
      add(0, D, MEDIUM, 0);
      expect(pop(0)).toBe(D);
      expect(pop(0)).toBe(0);
    }
  });

  it('S19: while it runs its mark is cleared, the drain is active, and it is unlinked', () => {
    add(0, A, MEDIUM, 0);
    add(0, B, MEDIUM, 0);
    expect(word(A + dpc.DPC_RECORD_QUEUED)).not.toBe(0);
    expect(pop(0)).toBe(A);
    expect(word(A + dpc.DPC_RECORD_QUEUED)).toBe(0);
    expect(active(0)).toBe(true);
    expect(get(0, dpc.DPC_DEPTH)).toBe(1);
  });

  it('S20: a DPC without a routine is inserted and removed like any other', () => {
    describeDpc(A, MEDIUM, 0);
    setWord(A + dpc.DPC_RECORD_ROUTINE, 0);
    expect(insert(0, A)).toBe(1);
    expect(remove(0, A)).toBe(1);
    expect(pop(0)).toBe(0);
  });

  it('S21: a routine that queues itself again runs again in the same drain', () => {
    add(0, A, MEDIUM, 0);
    expect(pop(0)).toBe(A);
    expect(insert(0, A)).toBe(1);
    expect(requested(0)).toBe(false);
    expect(pop(0)).toBe(A);
    expect(pop(0)).toBe(0);
    expect(active(0)).toBe(false);
  });

  it('S23: Low DPCs wait for the fourth', () => {
    add(0, A, LOW, 0);
    add(0, B, LOW, 0);
    add(0, C, LOW, 0);
    expect(requested(0)).toBe(false);
    add(0, D, LOW, 0);
    expect(requested(0)).toBe(true);
  });

  it('S23: the documented depth test waits for one more', () => {
    set(0, dpc.DPC_CONFIG, dpc.DPC_CONFIG_DEPTH_EXCEEDS);
    for (let n: u32 = 0; n < 4; n++) add(0, A + 0x20 * n, LOW, 0);
    expect(requested(0)).toBe(false);
    add(0, A + 0x80, LOW, 0);
    expect(requested(0)).toBe(true);
  });

  it('S23: below the minimum rate a Low DPC requests at once', () => {
    set(0, dpc.DPC_MIN_RATE, 3);
    add(0, A, LOW, 0);
    expect(requested(0)).toBe(true);
  });

  it('S23: a tick drains Low DPCs', () => {
    add(0, A, LOW, 0);
    expect(requested(0)).toBe(false);
    set(0, dpc.DPC_TICK, 1);
    expect(requested(0)).toBe(true);
  });

  it('N2.7: the thresholds after reset', () => {
    newBoard();
    unit = new DpcUnit(1);
    plug(unit, 0x0400_0000, PAGE);
    expect(get(0, dpc.DPC_MAX_DEPTH)).toBe(4);
    expect(get(0, dpc.DPC_MIN_RATE)).toBe(3);
    expect(get(0, dpc.DPC_ADJUST_THRESHOLD)).toBe(20);
    expect(get(0, dpc.DPC_IDEAL_RATE)).toBe(20);
  });

  it('N2.8: rate is smoothed per tick', () => {
    for (let n = 0; n < 12; n++) {
      add(0, A, MEDIUM, 0);
      pop(0);
    }
    pop(0);
    set(0, dpc.DPC_TICK, 1);
    expect(get(0, dpc.DPC_RATE)).toBe(6);
    set(0, dpc.DPC_TICK, 1);
    expect(get(0, dpc.DPC_RATE)).toBe(3);
  });

  it('N2.8: waiting DPCs lower the depth to 1 at least, quiet ticks raise it again', () => {
    add(0, A, LOW, 0);
    for (let n = 0; n < 5; n++) set(0, dpc.DPC_TICK, 1);
    expect(get(0, dpc.DPC_MAX_DEPTH)).toBe(1);
    pop(0);
    pop(0);
    for (let n = 0; n < 19; n++) set(0, dpc.DPC_TICK, 1);
    expect(get(0, dpc.DPC_MAX_DEPTH)).toBe(1);
    set(0, dpc.DPC_TICK, 1);
    expect(get(0, dpc.DPC_MAX_DEPTH)).toBe(2);
    for (let n = 0; n < 100; n++) set(0, dpc.DPC_TICK, 1);
    expect(get(0, dpc.DPC_MAX_DEPTH)).toBe(4);
  });

  it('N2.8: with an ideal rate the depth stays', () => {
    set(0, dpc.DPC_IDEAL_RATE, 0);
    add(0, A, LOW, 0);
    set(0, dpc.DPC_TICK, 1);
    expect(get(0, dpc.DPC_MAX_DEPTH)).toBe(4);
    expect(requested(0)).toBe(true);
  });

  it('S29, N2.9: DRAIN drops the request before the first POP, so that timers come first; its end asks again', () => {
    add(0, A, MEDIUM, 0);
    set(0, dpc.DPC_DRAIN, 1);
    expect(requested(0)).toBe(false);
    expect(active(0)).toBe(true);
    set(0, dpc.DPC_DRAIN, 0);
    expect(active(0)).toBe(false);
    expect(requested(0)).toBe(true);
  });

  it('N2.14: threaded DPCs have a queue of their own and call the drain', () => {
    describeDpc(A, MEDIUM, 0);
    setWord(A + dpc.DPC_RECORD_TYPE, (MEDIUM << 8) | dpc.DPC_TYPE_THREADED);
    expect(insert(0, A)).toBe(1);
    expect(requested(0)).toBe(true);
    expect(get(0, dpc.DPC_DEPTH)).toBe(0);
    expect(get(0, dpc.DPC_THREADED_DEPTH)).toBe(1);
    expect(pop(0)).toBe(0);
    expect(get(0, dpc.DPC_STATUS)).toBe(dpc.DPC_STATUS_THREADED);
    expect(get(0, dpc.DPC_POP_THREADED)).toBe(A);
    expect(get(0, dpc.DPC_POP_THREADED)).toBe(0);
    expect(get(0, dpc.DPC_STATUS)).toBe(0);
  });

  it('N2.4, N2.9: the line is high from the request to the first POP or DRAIN', () => {
    expect(lineIsHigh(dpc.DPC_PLIC_SOURCE)).toBe(false);
    add(0, A, MEDIUM, 0);
    expect(lineIsHigh(dpc.DPC_PLIC_SOURCE)).toBe(true);
    pop(0);
    expect(lineIsHigh(dpc.DPC_PLIC_SOURCE)).toBe(false);
    pop(0);
    add(0, A, MEDIUM, 0);
    expect(lineIsHigh(dpc.DPC_PLIC_SOURCE)).toBe(true);
    set(0, dpc.DPC_DRAIN, 1);
    expect(lineIsHigh(dpc.DPC_PLIC_SOURCE)).toBe(false);
  });

  it('N1.7: the software interrupt stays until the handler drops it', () => {
    set(0, dpc.DPC_REQUEST, 1);
    expect(get(0, dpc.DPC_STATUS)).toBe(dpc.DPC_STATUS_FORCED);
    pop(0);
    expect(lineIsHigh(dpc.DPC_PLIC_SOURCE)).toBe(true);
    expect(get(0, dpc.DPC_REQUEST)).toBe(1);
    set(0, dpc.DPC_REQUEST, 0);
    expect(get(0, dpc.DPC_STATUS)).toBe(0);
  });
});

describe('DPC unit, two harts', () => {
  beforeEach(() => create(2));

  it('N2.3: the default target is the inserting hart', () => {
    add(1, A, MEDIUM, 0);
    expect(get(0, dpc.DPC_DEPTH)).toBe(0);
    expect(pop(1)).toBe(A);
  });

  it('S24: Low and Medium for another hart wait for its next drain', () => {
    add(0, A, LOW, 2);
    add(0, B, MEDIUM, 2);
    expect(requested(1)).toBe(false);
    expect(requested(0)).toBe(false);
    expect(pop(1)).toBe(A);
    expect(pop(1)).toBe(B);
  });

  it('S24: at the depth limit the other hart is called', () => {
    for (let n: u32 = 0; n < 3; n++) add(0, A + 0x20 * n, MEDIUM, 2);
    expect(requested(1)).toBe(false);
    add(0, D, MEDIUM, 2);
    expect(requested(1)).toBe(true);
  });

  it('S24: High and MediumHigh call the other hart', () => {
    add(0, A, HIGH, 2);
    expect(requested(1)).toBe(true);
    expect(lineIsHigh(dpc.DPC_PLIC_SOURCE + 1)).toBe(true);
    expect(lineIsHigh(dpc.DPC_PLIC_SOURCE)).toBe(false);
    pop(1);
    pop(1);
    add(0, B, MEDIUM_HIGH, 2);
    expect(requested(1)).toBe(true);
  });

  it('S24: by the 2003 rule MediumHigh does not, High does', () => {
    set(1, dpc.DPC_CONFIG, dpc.DPC_CONFIG_ONLY_HIGH_CROSSES);
    add(0, A, MEDIUM_HIGH, 2);
    expect(requested(1)).toBe(false);
    add(0, B, HIGH, 2);
    expect(requested(1)).toBe(true);
  });

  it('N2.6: by the 2003 rule an idle hart that is awake is not called', () => {
    set(1, dpc.DPC_CONFIG, dpc.DPC_CONFIG_IDLE_IS_NOT_CALLED);
    set(1, dpc.DPC_IDLE, dpc.DPC_IDLE_IDLE);
    add(0, A, HIGH, 2);
    expect(requested(1)).toBe(false);
    set(1, dpc.DPC_IDLE, dpc.DPC_IDLE_IDLE | dpc.DPC_IDLE_ASLEEP);
    add(0, B, HIGH, 2);
    expect(requested(1)).toBe(true);
  });

  it('N2.10: with another target it may run on both harts', () => {
    add(0, A, MEDIUM, 1);
    expect(pop(0)).toBe(A);
    describeDpc(A, HIGH, 2);
    expect(insert(0, A)).toBe(1);
    expect(pop(1)).toBe(A);
    expect(active(0)).toBe(true);
    expect(active(1)).toBe(true);
  });

  it('N2.12: removal works from any hart', () => {
    add(0, A, MEDIUM, 2);
    expect(remove(0, A)).toBe(1);
    expect(pop(1)).toBe(0);
  });

  it('N2.13: a new target does not move a queued DPC', () => {
    add(0, A, MEDIUM, 1);
    setWord(A + dpc.DPC_RECORD_TYPE, (2 << 16) | (MEDIUM << 8));
    expect(insert(1, A)).toBe(0);
    expect(pop(1)).toBe(0);
    expect(pop(0)).toBe(A);
  });

  it('S26: a flush ends when what was queued on both harts has run', () => {
    add(0, A, LOW, 1);
    add(0, B, LOW, 2);
    const first = get(0, dpc.DPC_FLUSH);
    const second = get(1, dpc.DPC_FLUSH);
    expect(requested(0)).toBe(true);
    expect(requested(1)).toBe(true);
    add(0, C, LOW, 1);
    expect(pop(0)).toBe(A);
    expect(flushed(0, first)).toBe(0, 'A still runs');
    expect(pop(0)).toBe(C);
    expect(flushed(0, first)).toBe(1, 'C came later');
    expect(flushed(1, second)).toBe(0);
    expect(pop(1)).toBe(B);
    expect(pop(1)).toBe(0);
    expect(flushed(1, second)).toBe(1);
  });
});

function flushed(hart: u32, ticket: u32): u32 {
  return unit.exchange(hart * PAGE + dpc.DPC_FLUSHED, ticket);
}

describe('DPC unit, hostile drivers', () => {
  beforeEach(() => create(2));

  it('refuses records that are misaligned or not in RAM', () => {
    const addresses: StaticArray<u32> = [
      0,
      4,
      A + 1,
      A + 2,
      RAM_BASE - 4,
      RAM_BASE + RAM_BYTES - 28,
      0xffff_fffc,
    ];
    for (let n = 0; n < addresses.length; n++) {
      expect(insert(0, addresses[n])).toBe(0);
      expect(remove(0, addresses[n])).toBe(0);
      expect(get(0, dpc.DPC_ERROR)).toBe(dpc.DPC_ERROR_ADDRESS);
    }
    expect(get(0, dpc.DPC_ERRORS)).toBe(2 * addresses.length);
    expect(traced(TRACE_device_error, unit.number)).toBe(2 * addresses.length);
  });

  it('refuses unknown harts, importances and types', () => {
    expect(add(0, A, MEDIUM, 3)).toBe(0);
    expect(get(0, dpc.DPC_ERROR)).toBe(dpc.DPC_ERROR_TARGET);
    expect(add(0, A, 4, 0)).toBe(0);
    expect(get(0, dpc.DPC_ERROR)).toBe(dpc.DPC_ERROR_IMPORTANCE);
    setWord(A + dpc.DPC_RECORD_TYPE, (MEDIUM << 8) | 2);
    expect(insert(0, A)).toBe(0);
    expect(pop(0)).toBe(0);
  });

  it('empties a queue whose links were destroyed, and works on', () => {
    add(0, A, MEDIUM, 0);
    add(0, B, MEDIUM, 0);
    add(0, C, MEDIUM, 0);
    setWord(A + dpc.DPC_RECORD_LINK, 0x1234);
    expect(pop(0)).toBe(A);
    expect(pop(0)).toBe(0);
    expect(get(0, dpc.DPC_ERROR)).toBe(dpc.DPC_ERROR_LIST);
    add(0, D, MEDIUM, 0);
    expect(pop(0)).toBe(D);
  });

  it('survives a loop in the list', () => {
    add(0, A, MEDIUM, 0);
    add(0, B, MEDIUM, 0);
    add(0, C, MEDIUM, 0);
    setWord(B + dpc.DPC_RECORD_LINK, A);
    setWord(D + dpc.DPC_RECORD_QUEUED, 1);
    expect(remove(0, D)).toBe(0);
    let taken = 0;
    while (pop(0) != 0) taken++;
    expect(taken <= 3).toBe(true);
  });

  it('faults on unknown registers, widths and kinds of access', () => {
    create(1);
    unit.read(dpc.DPC_INSERT, 4);
    unit.read(dpc.DPC_STATUS, 2);
    unit.read(PAGE, 4);
    unit.write(dpc.DPC_POP, 4, 0);
    unit.exchange(dpc.DPC_ARG1, 0);
    expect(busFaults()).toBe(5);
  });

  it('stands 20,000 random operations on records that change under it', () => {
    setGuards();
    const random = new Random(1);
    for (let n = 0; n < 20_000; n++) {
      const record = RAM_BASE + 4 * random.below(64);
      const hart = random.below(2);
      switch (random.below(8)) {
        case 0:
        case 1:
          insert(hart, record);
          break;
        case 2:
          remove(hart, record);
          break;
        case 3:
        case 4:
          pop(hart);
          break;
        case 5:
          setWord(record, random.below(2) ? RAM_BASE + 4 * random.below(64) : random.below(4));
          break;
        case 6:
          set(hart, 4 * random.below(40), random.below(100));
          break;
        default:
          unit.exchange(4 * random.below(1024), random.below(9));
          break;
      }
      assert(get(hart, dpc.DPC_DEPTH) < 20_000);
    }
    expect(guardsAreWhole()).toBe(true);
    expect(get(0, dpc.DPC_ERRORS) > 0).toBe(true);
  });
});

function busFaults(): u64 {
  return load<u64>(COUNTERS + 8 * <usize>COUNT_busFaults);
}
