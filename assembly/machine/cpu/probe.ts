/**
 * Trace probes of the guest: HINT instructions, which do nothing else (assembly/tables/trace.table.ts). `slti x0, rs1, kind` is a
 * record with one field; `slt x0, rs1, rs2` just before it makes one with two, written when the slt is done.
 */
import { ramHolds } from '../bus';
import { hartCycle } from '../clock';
import {
  OP_slt,
  OP_slti,
  operandImm,
  operandRd,
  operandRs1,
  operandRs2,
} from '../generated/instructions';
import { traceAt } from '../trace';
import { identifyAt } from './identify';
import { getRegister, hartNumber } from './hart';

/** Write the record that the probe at a pc stands for. */
export function probe(pc: u32): void {
  const op = identifyAt(pc);
  const first = getRegister(hartNumber, operandRs1);
  if (op == OP_slti) {
    const kind = operandImm;
    if (!followsPair(pc)) traceAt(hartCycle(), kind, first, 0, 0);
    return;
  }
  const second = getRegister(hartNumber, operandRs2);
  if (identifyAt(pc + 4) != OP_slti || operandRd != 0) return;
  traceAt(hartCycle(), operandImm, first, second, getRegister(hartNumber, operandRs1));
}

/** Whether the instruction before is the slt that has written the record already. */
function followsPair(pc: u32): bool {
  return ramHolds(pc - 4, 4) && identifyAt(pc - 4) == OP_slt && operandRd == 0;
}
