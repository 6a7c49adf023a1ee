import { newBoard } from '../devices/__tests__/board';
import { STOP_FrameOut, STOP_TraceFull } from '../generated/stops';
import { NO_STOP, requestStop, takeStop } from '../stop';
import { trace, traceClear } from '../trace';

describe('trace ring', () => {
  it('asks to be emptied in time, also when another stop comes first', () => {
    newBoard();
    trace(1);
    let stop = NO_STOP;
    let written = 0;
    for (; stop == NO_STOP; written++) {
      requestStop(STOP_FrameOut);
      trace(1);
      takeStop();
      trace(1);
      stop = takeStop();
      if (written > 100_000) break;
    }
    expect(stop).toBe(STOP_TraceFull);
    traceClear();
    trace(1);
    expect(takeStop()).toBe(NO_STOP);
  });
});
