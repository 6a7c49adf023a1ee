/**
 * The machine's event counters: u64 words in this order in the core's memory. They are observations, not state: no guest can
 * read them and the state hash leaves them out.
 */
export interface Counter {
  name: string;
  doc: string;
}

export const counters: Counter[] = [
  { name: 'interrupts', doc: 'Interrupts taken by all harts.' },
  { name: 'exceptions', doc: 'Synchronous traps taken by all harts, ecall included.' },
  { name: 'externalInterrupts', doc: 'Machine external interrupts taken.' },
  { name: 'timerInterrupts', doc: 'Machine timer interrupts taken.' },
  { name: 'softwareInterrupts', doc: 'Machine software interrupts taken.' },
  { name: 'deviceReads', doc: 'Loads that reached a device.' },
  { name: 'deviceWrites', doc: 'Stores that reached a device.' },
  { name: 'busFaults', doc: 'Accesses that met no device, no register or no permission.' },
  { name: 'deviceErrors', doc: 'Requests a device refused.' },
  { name: 'sleeps', doc: 'Times a hart went to sleep in wfi.' },
  { name: 'idleCycles', doc: 'Cycles that all harts slept through.' },
  { name: 'pageDecodes', doc: 'Code pages given a place in the decode cache.' },
  { name: 'pageInvalidations', doc: 'Code pages dropped because something was written there.' },
  { name: 'framesReceived', doc: 'Frames that reached the NIC.' },
  { name: 'framesTransmitted', doc: 'Frames that left the NIC.' },
  { name: 'framesDropped', doc: 'Frames the NIC could not deliver.' },
  { name: 'dpcsQueued', doc: 'DPC objects queued.' },
  { name: 'dpcsPopped', doc: 'DPC objects taken from a queue to run.' },
  { name: 'packetsInserted', doc: 'Packets inserted into completion ports.' },
  { name: 'packetsRemoved', doc: 'Packets taken from completion ports.' },
  { name: 'threadsReleased', doc: 'Parked threads released by a completion port.' },
];
