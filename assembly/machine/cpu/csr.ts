/**
 * Control and status registers (privileged ISA, chapters 2 and 3; the list is assembly/tables/csrs.table.ts). Numbers that are not
 * there, writes to read-only ones, and ones above the privilege of the hart are illegal instructions.
 */
import { hartCycle } from '../clock';
import {
  CSR_cycle,
  CSR_cycleh,
  CSR_instret,
  CSR_instreth,
  CSR_mcause,
  CSR_mcounteren,
  CSR_mcountinhibit,
  CSR_mcycle,
  CSR_mcycleh,
  CSR_menvcfg,
  CSR_mepc,
  CSR_mhartid,
  CSR_mie,
  CSR_minstret,
  CSR_minstreth,
  CSR_mip,
  CSR_misa,
  CSR_mscratch,
  CSR_mstatus,
  CSR_mtval,
  CSR_mtvec,
  CSR_pmpaddr0,
  CSR_pmpaddr15,
  CSR_pmpcfg0,
  CSR_pmpcfg3,
  CSR_time,
  CSR_timeh,
} from '../generated/csrs';
import { mtimeAt } from '../devices/clint';
import { CSR_PRESENT } from '../generated/lists';
import {
  MIP_MEIP,
  MIP_MSIP,
  MIP_MTIP,
  MODE_M,
  MSTATUS_MIE,
  MSTATUS_MPIE,
  MSTATUS_MPP,
  MSTATUS_MPRV,
  MSTATUS_TW,
  hart,
  hartNumber,
} from './hart';
import { flushDecode } from './decode';
import {
  addressRegister,
  configuration,
  updateWindow,
  writeAddress,
  writeConfigurations,
} from './pmp';

/** RV32 with A, C, I, M and U. */
const MISA: u32 = (1 << 30) | (1 << 0) | (1 << 2) | (1 << 8) | (1 << 12) | (1 << 20);
const STATUS_WRITABLE: u32 = MSTATUS_MIE | MSTATUS_MPIE | MSTATUS_MPP | MSTATUS_MPRV | MSTATUS_TW;
const INHIBIT_CYCLE: u32 = 1;
const INHIBIT_INSTRET: u32 = 4;
const COUNTERS_MASK: u32 = 7;
const FIOM: u32 = 1;

/** Whether the running hart may use CSR `number`, and write it if `writes`. */
export function accessible(number: u32, writes: bool): bool {
  if (!unchecked(CSR_PRESENT[number])) return false;
  if (hart.mode < ((number >> 8) & 3)) return false;
  if (writes && number >> 10 == 3) return false;
  const user = number >> 8 == 0xc;
  return !user || hart.mode == MODE_M || ((hart.mcounteren >> (number & 31)) & 1) != 0;
}

/** Value of a CSR of the running hart, which is accessible. Event counters, their selectors and the identity registers are zero. */
export function readCsr(number: u32): u32 {
  switch (number) {
    case CSR_mstatus:
      return hart.mstatus;
    case CSR_misa:
      return MISA;
    case CSR_mie:
      return hart.mie;
    case CSR_mtvec:
      return hart.mtvec;
    case CSR_mcounteren:
      return hart.mcounteren;
    case CSR_menvcfg:
      return hart.menvcfg;
    case CSR_mcountinhibit:
      return hart.mcountinhibit;
    case CSR_mscratch:
      return hart.mscratch;
    case CSR_mepc:
      return hart.mepc;
    case CSR_mcause:
      return hart.mcause;
    case CSR_mtval:
      return hart.mtval;
    case CSR_mip:
      return hart.mip;
    case CSR_mhartid:
      return hartNumber;
    default:
      return readCounterOrPmp(number);
  }
}

function readCounterOrPmp(number: u32): u32 {
  switch (number) {
    case CSR_mcycle:
    case CSR_cycle:
      return <u32>cycles();
    case CSR_mcycleh:
    case CSR_cycleh:
      return <u32>(cycles() >> 32);
    case CSR_minstret:
    case CSR_instret:
      return <u32>instructions();
    case CSR_minstreth:
    case CSR_instreth:
      return <u32>(instructions() >> 32);
    case CSR_time:
      return <u32>mtimeAt(hartCycle());
    case CSR_timeh:
      return <u32>(mtimeAt(hartCycle()) >> 32);
  }
  if (number >= CSR_pmpaddr0 && number <= CSR_pmpaddr15) {
    return addressRegister(hart, number - CSR_pmpaddr0);
  }
  if (number >= CSR_pmpcfg0 && number <= CSR_pmpcfg3) return readConfigurations(number);
  return 0;
}

function readConfigurations(number: u32): u32 {
  const first = 4 * (number - CSR_pmpcfg0);
  let value: u32 = 0;
  for (let i: u32 = 0; i < 4; i++) value |= configuration(hart, first + i) << (8 * i);
  return value;
}

/**
 * Write a CSR of the running hart, which is accessible. Fields keep only values the machine has.
 * @param cost cycles of the writing instruction: a counter has its new value when they are over
 */
export function writeCsr(number: u32, value: u32, cost: u32): void {
  switch (number) {
    case CSR_mstatus:
      writeStatus(value);
      break;
    case CSR_mie:
      hart.mie = value & (MIP_MSIP | MIP_MTIP | MIP_MEIP);
      break;
    case CSR_mtvec:
      if ((value & 2) == 0) hart.mtvec = value;
      break;
    case CSR_mcounteren:
      hart.mcounteren = value & COUNTERS_MASK;
      break;
    case CSR_menvcfg:
      hart.menvcfg = value & FIOM;
      break;
    case CSR_mcountinhibit:
      inhibit(value & (INHIBIT_CYCLE | INHIBIT_INSTRET), cost);
      break;
    case CSR_mscratch:
      hart.mscratch = value;
      break;
    case CSR_mepc:
      hart.mepc = value & ~1;
      break;
    case CSR_mcause:
      hart.mcause = value;
      break;
    case CSR_mtval:
      hart.mtval = value;
      break;
    default:
      writeCounterOrPmp(number, value, cost);
  }
}

function writeCounterOrPmp(number: u32, value: u32, cost: u32): void {
  const low = <u64>value;
  switch (number) {
    case CSR_mcycle:
      setCycles((cycles() & ~(<u64>u32.MAX_VALUE)) | low, cost);
      break;
    case CSR_mcycleh:
      setCycles((cycles() & u32.MAX_VALUE) | (low << 32), cost);
      break;
    case CSR_minstret:
      setInstructions((instructions() & ~(<u64>u32.MAX_VALUE)) | low);
      break;
    case CSR_minstreth:
      setInstructions((instructions() & u32.MAX_VALUE) | (low << 32));
      break;
    default:
      if (number >= CSR_pmpcfg0 && number <= CSR_pmpcfg3) {
        writeConfigurations(4 * (number - CSR_pmpcfg0), value);
        flushDecode();
      } else if (number >= CSR_pmpaddr0 && number <= CSR_pmpaddr15) {
        writeAddress(number - CSR_pmpaddr0, value);
        flushDecode();
      }
  }
}

/** MPP is M or U; another value leaves it as it was. */
function writeStatus(value: u32): void {
  const previous = value & MSTATUS_MPP;
  if (previous != 0 && previous != MSTATUS_MPP) {
    value = (value & ~MSTATUS_MPP) | (hart.mstatus & MSTATUS_MPP);
  }
  hart.mstatus = value & STATUS_WRITABLE;
  updateWindow();
}

function cycles(): u64 {
  if (hart.mcountinhibit & INHIBIT_CYCLE) return hart.mcycleBase;
  return hartCycle() - hart.mcycleBase;
}

function instructions(): u64 {
  if (hart.mcountinhibit & INHIBIT_INSTRET) return hart.minstretBase;
  return hart.retired - hart.minstretBase;
}

function setCycles(value: u64, cost: u32): void {
  const stopped = (hart.mcountinhibit & INHIBIT_CYCLE) != 0;
  hart.mcycleBase = stopped ? value : hartCycle() + cost - value;
}

function setInstructions(value: u64): void {
  const stopped = (hart.mcountinhibit & INHIBIT_INSTRET) != 0;
  hart.minstretBase = stopped ? value : hart.retired + 1 - value;
}

/** The instruction that stops or starts a counter still counts as before. */
function inhibit(value: u32, cost: u32): void {
  const nowCycles = cycles();
  const nowInstructions = instructions();
  const old = hart.mcountinhibit;
  hart.mcountinhibit = value;
  if (old & INHIBIT_CYCLE) setCycles(nowCycles, cost);
  else setCycles(nowCycles + cost, cost);
  if (old & INHIBIT_INSTRET) setInstructions(nowInstructions);
  else setInstructions(nowInstructions + 1);
}
