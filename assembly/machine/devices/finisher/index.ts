/**
 * Test finisher: one register by which the guest ends the run. Registers: registers.table.ts.
 */
import {
  FINISHER_CONTROL,
  FINISHER_CONTROL_CODE_SHIFT,
  FINISHER_CONTROL_STATUS,
  FINISHER_FAIL,
  FINISHER_PASS,
  FINISHER_RESET,
} from '../../generated/finisher';
import { STOP_Exit, STOP_Reset } from '../../generated/stops';
import { requestStop } from '../../stop';
import { Device } from '../device';

export class Finisher extends Device {
  read(offset: u32, _width: u32): u32 {
    return offset == FINISHER_CONTROL ? 0 : this.unknown(offset);
  }

  write(offset: u32, width: u32, value: u32): void {
    if (offset != FINISHER_CONTROL || width == 1) {
      this.unknown(offset);
      return;
    }
    const status = value & FINISHER_CONTROL_STATUS;
    if (status == FINISHER_PASS) requestStop(STOP_Exit, 0);
    if (status == FINISHER_FAIL) requestStop(STOP_Exit, value >> FINISHER_CONTROL_CODE_SHIFT);
    if (status == FINISHER_RESET) requestStop(STOP_Reset, 0);
  }

  stateBytes(): u32 {
    return offsetof<Finisher>();
  }
}
