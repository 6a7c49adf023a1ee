import { COUNT_busFaults } from '../../../generated/counters';
import * as box from '../../../generated/mailbox';
import { STOP_Reply } from '../../../generated/stops';
import {
  TRACE_device_error,
  TRACE_mailbox_message,
  TRACE_mailbox_reply,
} from '../../../generated/trace';
import { COUNTERS, allocateOutside } from '../../../layout';
import { setTime } from '../../../clock';
import { takeStop } from '../../../stop';
import { lineIsHigh, newBoard, plug, runTo, traced } from '../../__tests__/board';
import { Mailbox } from '../index';

let unit: Mailbox = changetype<Mailbox>(0);
let words: usize = 0;

function get(register: u32): u32 {
  return unit.read(register, 4);
}

function post(cycle: u64, id: u32, fn: u32, argc: u32): bool {
  for (let n: u32 = 0; n < 16; n++) store<u32>(words + 4 * n, 100 * id + n);
  return unit.post(cycle, id, fn, argc, words);
}

describe('mailbox', () => {
  beforeEach(() => {
    newBoard();
    words = allocateOutside(64);
    unit = new Mailbox(0x8000_0000, 0x40_0000, 2, 10_000_000, 0x1_2345_6789, 42);
    plug(unit, 0x0402_0000, 0x1000);
  });

  it('says what the machine is', () => {
    expect(get(box.MAILBOX_ID)).toBe(0x424d544e);
    expect(get(box.MAILBOX_VERSION)).toBe(1);
    expect(get(box.MAILBOX_RAM_BASE)).toBe(0x8000_0000);
    expect(get(box.MAILBOX_RAM_SIZE)).toBe(0x40_0000);
    expect(get(box.MAILBOX_HARTS)).toBe(2);
    expect(get(box.MAILBOX_TIMEBASE)).toBe(10_000_000);
    expect(get(box.MAILBOX_CLOCK_LOW)).toBe(0x2345_6789);
    expect(get(box.MAILBOX_CLOCK_HIGH)).toBe(1);
    expect(get(box.MAILBOX_SEED)).toBe(42);
  });

  it('keeps both halves of a cycle together', () => {
    setTime(0x1_ffff_ffff);
    expect(get(box.MAILBOX_CYCLE_LOW)).toBe(0xffff_ffff);
    setTime(0x2_0000_0000);
    expect(get(box.MAILBOX_CYCLE_HIGH)).toBe(1);
  });

  it('delivers messages at their cycle, in order, with their words', () => {
    expect(post(20, 2, 5, 0)).toBe(true);
    expect(post(10, 1, 7, 3)).toBe(true);
    expect(post(20, 3, 0, 0)).toBe(true);
    expect(post(20, 4, 0, 0)).toBe(true);
    runTo(9);
    expect(get(box.MAILBOX_STATUS)).toBe(0);
    expect(get(box.MAILBOX_MESSAGE_ID)).toBe(0);
    runTo(20);
    expect(lineIsHigh(box.MAILBOX_PLIC_SOURCE)).toBe(true);
    expect(traced(TRACE_mailbox_message, 1)).toBe(1);
    expect(get(box.MAILBOX_STATUS)).toBe(box.MAILBOX_STATUS_MESSAGE);
    expect(get(box.MAILBOX_MESSAGE_ID)).toBe(1);
    expect(get(box.MAILBOX_FUNCTION)).toBe(7);
    expect(get(box.MAILBOX_ARGC)).toBe(3);
    expect(get(box.MAILBOX_ARG + 8)).toBe(102);
    expect(get(box.MAILBOX_ARG + 12)).toBe(0);
    unit.write(box.MAILBOX_POP, 4, 1);
    expect(get(box.MAILBOX_MESSAGE_ID)).toBe(2);
    expect(lineIsHigh(box.MAILBOX_PLIC_SOURCE)).toBe(true);
    for (let id: u32 = 3; id <= 4; id++) {
      unit.write(box.MAILBOX_POP, 4, 1);
      expect(get(box.MAILBOX_MESSAGE_ID)).toBe(id);
    }
    unit.write(box.MAILBOX_POP, 4, 1);
    expect(get(box.MAILBOX_STATUS)).toBe(0);
    expect(lineIsHigh(box.MAILBOX_PLIC_SOURCE)).toBe(false);
  });

  it('refuses more words or messages than it holds', () => {
    expect(post(1, 1, 0, 17)).toBe(false);
    for (let n: u32 = 0; n < 256; n++) expect(post(1, n, 0, 0)).toBe(true);
    expect(post(1, 999, 0, 0)).toBe(false);
    runTo(1);
    unit.write(box.MAILBOX_POP, 4, 1);
    expect(post(2, 999, 0, 0)).toBe(true);
  });

  it('sends a reply by the write of its status', () => {
    unit.write(box.MAILBOX_REPLY_ID, 4, 3);
    unit.write(box.MAILBOX_REPLY_LOW, 4, 4);
    unit.write(box.MAILBOX_REPLY_HIGH, 4, 5);
    unit.write(box.MAILBOX_REPLY_STATUS, 4, 6);
    expect(takeStop()).toBe(STOP_Reply);
    expect(unit.replyId).toBe(3);
    expect(unit.replyLow).toBe(4);
    expect(unit.replyHigh).toBe(5);
    expect(unit.replyStatus).toBe(6);
    expect(traced(TRACE_mailbox_reply, 3)).toBe(1);
  });

  it('shows the parameters of a run', () => {
    expect(unit.setParameter(15, 0xabcd, 9)).toBe(true);
    expect(unit.setParameter(16, 1, 1)).toBe(false);
    expect(get(box.MAILBOX_PARAMETER_NAME + 60)).toBe(0xabcd);
    expect(get(box.MAILBOX_PARAMETER_VALUE + 60)).toBe(9);
    expect(get(box.MAILBOX_PARAMETER_NAME)).toBe(0);
  });

  it('keeps what the executive says about a fault', () => {
    unit.write(box.MAILBOX_FAULT_CAUSE, 4, 5);
    unit.write(box.MAILBOX_FAULT_PC, 4, 6);
    unit.write(box.MAILBOX_FAULT_VALUE, 4, 7);
    expect(unit.faultCause * 100 + unit.faultPc * 10 + unit.faultValue).toBe(567);
    expect(get(box.MAILBOX_FAULT_PC)).toBe(6);
  });

  it('counts a pop without a message, and faults on unknown registers', () => {
    unit.write(box.MAILBOX_POP, 4, 1);
    expect(traced(TRACE_device_error, unit.number)).toBe(1);
    unit.read(0x24, 4);
    unit.read(box.MAILBOX_ARG + 64, 4);
    unit.read(box.MAILBOX_ID, 1);
    unit.read(box.MAILBOX_POP, 4);
    unit.write(box.MAILBOX_SEED, 4, 1);
    unit.exchange(box.MAILBOX_REPLY_ID, 1);
    expect(load<u64>(COUNTERS + 8 * <usize>COUNT_busFaults)).toBe(6);
  });
});
