/**
 * Platform-level interrupt controller with 16 priorities: level-triggered gateways, claim and complete, and per context a
 * threshold, which is the IRQL of a hart. Context 2h is machine mode of hart h; context 2h + 1 (supervisor mode on the virt
 * board) keeps its registers and interrupts nobody. Registers: registers.table.ts.
 *
 * A gateway forwards a high line once: the source stays pending even if the line falls, until it is claimed, and is forwarded
 * again only after completion (specification, chapter 3).
 */
import { MIP_MEIP, hartCount, setInterrupt } from '../../cpu/hart';
import {
  PLIC_CLAIM,
  PLIC_ENABLE,
  PLIC_ENABLE_STRIDE,
  PLIC_HIGHEST_PRIORITY,
  PLIC_PENDING,
  PLIC_SOURCES,
  PLIC_THRESHOLD,
  PLIC_THRESHOLD_STRIDE,
} from '../../generated/plic';
import {
  TRACE_interrupt_claim,
  TRACE_interrupt_complete,
  TRACE_interrupt_lower,
  TRACE_interrupt_raise,
} from '../../generated/trace';
import { allocate } from '../../layout';
import { trace } from '../../trace';
import { Device } from '../device';

let plic: Plic | null = null;

/** Drive a source's line. */
export function setLine(source: u32, high: bool): void {
  if (plic) plic!.setLine(source, high);
}

export class Plic extends Device {
  /** Sets of sources, a bit each. */
  lines: u64 = 0;
  pending: u64 = 0;
  claimed: u64 = 0;
  private priorities: usize = allocate(4 * PLIC_SOURCES);
  private enables: usize = allocate(8 * 2 * hartCount);
  private thresholds: usize = allocate(4 * 2 * hartCount);

  constructor() {
    super();
    plic = this;
  }

  read(offset: u32, width: u32): u32 {
    if (width != 4 || (offset & 3) != 0) return this.unknown(offset);
    if (offset < 4 * PLIC_SOURCES) return load<u32>(this.priorities + offset);
    if ((offset & ~4) == PLIC_PENDING) return this.half(this.pending, offset);
    const enable = this.enableCell(offset);
    if (enable) return load<u32>(enable);
    const context = this.contextOf(offset);
    if (context < 0) return this.unknown(offset);
    return this.isClaim(offset) ? this.claim(context) : load<u32>(this.thresholds + 4 * context);
  }

  write(offset: u32, width: u32, value: u32): void {
    const enable = this.enableCell(offset);
    const context = this.contextOf(offset);
    if (width != 4 || (offset & 3) != 0) {
      this.unknown(offset);
    } else if (offset < 4 * PLIC_SOURCES) {
      if (offset) store<u32>(this.priorities + offset, value & PLIC_HIGHEST_PRIORITY);
    } else if (enable) {
      store<u32>(enable, (offset & 4) == 0 ? value & ~1 : value);
    } else if (context < 0) {
      this.unknown(offset);
    } else if (this.isClaim(offset)) {
      this.complete(context, value);
    } else {
      store<u32>(this.thresholds + 4 * context, value & PLIC_HIGHEST_PRIORITY);
    }
    this.update();
  }

  setLine(source: u32, high: bool): void {
    const bit = (<u64>1) << source;
    if (high == ((this.lines & bit) != 0)) return;
    this.lines = high ? this.lines | bit : this.lines & ~bit;
    trace(high ? TRACE_interrupt_raise : TRACE_interrupt_lower, source);
    this.update();
  }

  stateBytes(): u32 {
    return offsetof<Plic>();
  }

  private claim(context: u32): u32 {
    const source = this.best(context, 0);
    if (source) {
      this.pending &= ~((<u64>1) << source);
      this.claimed |= (<u64>1) << source;
      trace(TRACE_interrupt_claim, source, context);
      this.update();
    }
    return source;
  }

  /** A completion of a source that the context has not enabled is ignored (specification, chapter 9). */
  private complete(context: u32, source: u32): void {
    if (source >= PLIC_SOURCES || (this.enabled(context) & ((<u64>1) << source)) == 0) return;
    this.claimed &= ~((<u64>1) << source);
    trace(TRACE_interrupt_complete, source, context);
  }

  /** Let the gateways forward high lines, then tell each hart whether something is above its threshold. */
  private update(): void {
    this.pending |= this.lines & ~this.claimed;
    for (let hart: u32 = 0; hart < hartCount; hart++) {
      const threshold = load<u32>(this.thresholds + 8 * hart);
      setInterrupt(hart, MIP_MEIP, this.best(2 * hart, threshold) != 0);
    }
  }

  /** The pending, enabled source of highest priority above a threshold, lowest number first; 0 if there is none. */
  private best(context: u32, threshold: u32): u32 {
    let candidates = this.pending & this.enabled(context);
    let best: u32 = 0;
    let highest = threshold;
    while (candidates) {
      const source = <u32>ctz<u64>(candidates);
      candidates &= candidates - 1;
      const priority = load<u32>(this.priorities + 4 * source);
      if (priority > highest) {
        highest = priority;
        best = source;
      }
    }
    return best;
  }

  private enabled(context: u32): u64 {
    return load<u64>(this.enables + 8 * context);
  }

  private half(sources: u64, offset: u32): u32 {
    return (offset & 4) == 0 ? <u32>sources : <u32>(sources >> 32);
  }

  private enableCell(offset: u32): usize {
    const context = (offset - PLIC_ENABLE) / PLIC_ENABLE_STRIDE;
    const rest = (offset - PLIC_ENABLE) % PLIC_ENABLE_STRIDE;
    return context < 2 * hartCount && rest < 8 ? this.enables + 8 * context + rest : 0;
  }

  /** The context whose threshold or claim register is at an offset; -1 if neither is there. */
  private contextOf(offset: u32): i32 {
    const context = (offset - PLIC_THRESHOLD) / PLIC_THRESHOLD_STRIDE;
    const rest = (offset - PLIC_THRESHOLD) % PLIC_THRESHOLD_STRIDE;
    return context < 2 * hartCount && rest < 8 ? <i32>context : -1;
  }

  private isClaim(offset: u32): bool {
    return (offset - PLIC_CLAIM) % PLIC_THRESHOLD_STRIDE == 0;
  }
}
