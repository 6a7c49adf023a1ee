/**
 * Why `run` returned. `stopCode`, `stopAddress` and `stopValue` of the core give the details named here.
 */
export interface Stop {
  code: number;
  name: string;
  /** Meaning of stopCode, stopAddress and stopValue; empty if unused. */
  details: [code: string, address: string, value: string];
  doc: string;
}

export const stops: Stop[] = [
  { code: 0, name: 'Limit', details: ['', '', ''], doc: 'The cycle asked for is reached.' },
  {
    code: 1,
    name: 'Exit',
    details: ['exit code', '', ''],
    doc: 'The guest wrote PASS or FAIL to the finisher.',
  },
  { code: 2, name: 'FrameOut', details: ['', '', ''], doc: 'A frame left the NIC at now().' },
  {
    code: 3,
    name: 'TraceFull',
    details: ['', '', ''],
    doc: 'The trace ring is full: read and clear it.',
  },
  {
    code: 4,
    name: 'Console',
    details: ['', '', ''],
    doc: 'The console buffer is full: read and clear it.',
  },
  {
    code: 5,
    name: 'Idle',
    details: ['', '', ''],
    doc: 'All harts sleep and nothing can wake them: idle forever.',
  },
  {
    code: 6,
    name: 'Fault',
    details: ['mcause', 'mepc', 'mtval'],
    doc: 'A hart trapped and has no handler that could run.',
  },
  { code: 7, name: 'Reply', details: ['', '', ''], doc: 'The guest answered a mailbox message.' },
  {
    code: 8,
    name: 'Slice',
    details: ['', '', ''],
    doc: 'A bounded piece of work is done: call run again.',
  },
  { code: 9, name: 'Reset', details: ['', '', ''], doc: 'The guest wrote RESET to the finisher.' },
  {
    code: 10,
    name: 'Break',
    details: ['pc', '', ''],
    doc: 'A hart has come to a breakpoint; the instruction there has not been done.',
  },
  {
    code: 11,
    name: 'Watch',
    details: [
      'index',
      'address',
      '1 written, 2 read, 3 written by a device in an event, 4 in an access',
    ],
    doc: 'A watched part of RAM was accessed; the instruction that did it has been done.',
  },
  {
    code: 12,
    name: 'Step',
    details: ['slot of the goal', 'pc', ''],
    doc: 'The step or event that the host named is next.',
  },
];
