import type { SystemCall } from './types.ts';

/**
 * The system calls of the executive, with NT's names. A call puts its number in a7 and its arguments in a0 to a5, executes `ecall`,
 * and finds an NTSTATUS in a0; t0 to t6 and a1 to a7 are destroyed, as by a function call, all other registers keep their values. Where NT has more than six parameters the ones without a
 * use here are left out; the order of the others is NT's. Conventions:
 *
 * - `*name` is a pointer into the program's own memory. A pointer to words must be a multiple of 4. Optional pointers may be 0.
 *   A bad pointer gives STATUS_ACCESS_VIOLATION, a misaligned one STATUS_DATATYPE_MISALIGNMENT, and nothing is written.
 * - A time is a signed 64-bit count of 100 ns, little-endian in two words: negative is relative to now, positive is absolute
 *   (ticks of `mtime` since boot); a null pointer to a timeout means wait for ever, and a time of 0 means do not wait.
 * - Addresses are IPv4 addresses as numbers (10.0.2.15 is 0x0a00020f), ports are plain numbers: both in host order.
 * - Text for the console is UTF-8; names of objects are UTF-16 as in NT. Lengths are in bytes.
 * - Handle −1 is the calling process, −2 the calling thread.
 *
 * Overlapped and blocking. A file opened without FILE_SYNCHRONOUS_IO_NONALERT is overlapped: a request that cannot be done at once
 * returns STATUS_PENDING. Its completion sets the event of the call if one was given, signals the file object, and, if the file
 * is associated with a port and the context is not 0, queues a packet to that port. A request that succeeds at once, or with a warning,
 * completes in the same ways (unless FILE_SKIP_COMPLETION_PORT_ON_SUCCESS is set); one that fails at once has its status in a0 only.
 * An APC routine (IO_NOTIFICATION) is called in the next alertable wait of the thread that made the request, in place of a packet.
 * A file opened with FILE_SYNCHRONOUS_IO_NONALERT blocks the calling thread until the request is done: no port takes part.
 *
 * Data buffers of a pending request belong to the kernel until its completion; request structures are captured before the
 * call returns, except that AFD_DATAGRAM.address and .port of a receive are written at completion.
 */
export const systemCalls: SystemCall[] = [
  {
    number: 1,
    name: 'NtDisplayString',
    args: ['*text', 'bytes'],
    doc: 'Write UTF-8 text to the console.',
  },
  {
    number: 2,
    name: 'NtTerminateProcess',
    args: ['process', 'status'],
    doc: 'End the program (handle −1) with an exit code from 0 to 65,535. Does not return. The machine stops when all programs have ended.',
  },
  {
    number: 3,
    name: 'NtRaiseHardError',
    args: ['status', '*text', 'bytes', 'line', 'column'],
    doc: 'Report an unrecoverable error of the program (a failed assertion, an abort) as a guest fault and end the program. Does not return.',
  },
  {
    number: 4,
    name: 'NtQuerySystemInformation',
    args: ['*information', 'bytes'],
    doc: 'Fill SYSTEM_INFORMATION: heap limit, harts, clock, own address.',
  },
  {
    number: 5,
    name: 'NtQueryPerformanceCounter',
    args: ['*counter', '*frequency'],
    doc: 'Cycles since reset (u64) and, if the second pointer is not 0, cycles per second (u64).',
  },
  {
    number: 7,
    name: 'NtQueryParameter',
    args: ['hash', '*value'],
    doc: 'Parameter of this run by the FNV-1a hash (32 bits) of its name. STATUS_NOT_FOUND when it was not given; the word is then left alone.',
  },
  {
    number: 6,
    name: 'NtClose',
    args: ['handle'],
    doc: 'Close a handle; the last one ends the object.',
  },

  {
    number: 8,
    name: 'NtDuplicateObject',
    args: ['source', '*handle'],
    doc: 'Give the object of a handle another handle. What happens at the close of a handle happens at the close of the last one.',
  },

  {
    number: 10,
    name: 'NtCreateThreadEx',
    args: ['*handle', 'routine', 'argument', 'stackBytes', 'priority'],
    doc: 'Start a thread at a code address with its argument in a0. The kernel allocates its stack (0 bytes: 16 KiB; the first thread has 64 KiB); its lowest 1,024 bytes are a guard, which faults. Priority 1 to 31 (0: 8). When the routine returns, the thread ends with a0 as its status.',
  },
  {
    number: 11,
    name: 'NtTerminateThread',
    args: ['thread', 'status'],
    doc: 'End a thread. The calling thread (−2) ends at once: its requests are cancelled and waited for, and the call does not return. Another one ends as soon as it is about to be in user mode; its waits end, and this call does not wait for it.',
  },
  {
    number: 12,
    name: 'NtYieldExecution',
    args: [],
    doc: 'Let another ready thread of the same or higher priority run. STATUS_NO_YIELD_PERFORMED if there is none.',
  },
  {
    number: 13,
    name: 'NtDelayExecution',
    args: ['alertable', '*interval'],
    doc: 'Block the calling thread for a time; 0 lets others run. Alertable: STATUS_USER_APC or STATUS_ALERTED when that ended the wait.',
  },
  {
    number: 14,
    name: 'NtQueueApcThread',
    args: ['thread', 'routine', 'argument1', 'argument2', 'argument3'],
    doc: 'Queue a user APC: the thread calls routine(argument1, argument2, argument3) in its next alertable wait. STATUS_UNSUCCESSFUL when the thread has ended.',
  },
  {
    number: 15,
    name: 'NtTestAlert',
    args: [],
    doc: 'STATUS_ALERTED once after NtAlertThread; otherwise the user APCs of the calling thread run before the call returns STATUS_SUCCESS.',
  },
  {
    number: 16,
    name: 'NtAlertThread',
    args: ['thread'],
    doc: 'End the alertable wait of a thread with STATUS_ALERTED, or its next one.',
  },
  {
    number: 17,
    name: 'NtContinue',
    args: ['*context', 'testAlert'],
    doc: 'Go on where a CONTEXT says; with testAlert 1 the queued user APCs run first. The routine of a user APC that returns comes here by itself.',
  },
  {
    number: 18,
    name: 'NtSuspendThread',
    args: ['thread', '*previous'],
    doc: 'Hold another thread where it is: it runs no more until as many NtResumeThread as NtSuspendThread were called. A wait goes on meanwhile, but its end is not the end of the suspension. The optional word receives the previous count. STATUS_INVALID_PARAMETER for the calling thread, STATUS_THREAD_IS_TERMINATING for one that ends.',
  },
  {
    number: 19,
    name: 'NtResumeThread',
    args: ['thread', '*previous'],
    doc: 'Undo one NtSuspendThread. The optional word receives the previous count.',
  },
  {
    number: 38,
    name: 'NtGetContextThread',
    args: ['thread', '*context', 'bytes'],
    doc: 'Registers of a suspended thread: its program counter, x1 to x31 (s0 to s11 and gp are undefined there), then words that hold s0 to s11 somewhere among others, then zeros. At least 128 bytes; STATUS_BUFFER_OVERFLOW when words of the second kind were left out, which 4096 bytes never do. STATUS_INVALID_PARAMETER for a thread that is not suspended.',
  },

  {
    number: 36,
    name: 'NtSetInformationThread',
    args: ['thread', 'class', '*information', 'bytes'],
    doc: 'One word. ThreadPriority: 1 to 31. ThreadBasePriority: −2 to 2 from the usual 8, or 15 and −15 for 15 and 1. ThreadAffinityMask: a bit for each hart on which it may run. ThreadIdealProcessor: the hart on which it should run. ThreadPriorityBoost: 1 if the ends of waits are not to raise its priority. STATUS_INVALID_PARAMETER for other values.',
  },
  {
    number: 37,
    name: 'NtQueryInformationThread',
    args: ['thread', 'class', '*information', 'bytes'],
    doc: 'ThreadBasicInformation: THREAD_BASIC_INFORMATION. ThreadPriorityBoost: one word, 1 if it is off.',
  },
  {
    number: 20,
    name: 'NtCreateEvent',
    args: ['*handle', 'type', 'initialState'],
    doc: 'Make an event: type 0 notification (stays set), 1 synchronization (one waiter takes it).',
  },
  {
    number: 21,
    name: 'NtSetEvent',
    args: ['event', '*previous'],
    doc: 'Set an event; the optional word receives the previous state.',
  },
  {
    number: 22,
    name: 'NtResetEvent',
    args: ['event', '*previous'],
    doc: 'Reset an event; the optional word receives the previous state.',
  },
  {
    number: 23,
    name: 'NtCreateSemaphore',
    args: ['*handle', 'initial', 'maximum'],
    doc: 'Make a semaphore.',
  },
  {
    number: 24,
    name: 'NtReleaseSemaphore',
    args: ['semaphore', 'count', '*previous'],
    doc: 'Add to a semaphore. STATUS_SEMAPHORE_LIMIT_EXCEEDED above its maximum.',
  },
  {
    number: 25,
    name: 'NtCreateTimer',
    args: ['*handle', 'type'],
    doc: 'Make a timer: type 0 notification, 1 synchronization.',
  },
  {
    number: 26,
    name: 'NtSetTimer',
    args: ['timer', '*dueTime', 'periodMilliseconds', '*previous', 'apcRoutine', 'apcContext'],
    doc: 'Set a timer (unsignalled until due; a set timer is set anew, and its APC taken back); period 0 is once. The optional word receives the previous signal state. A routine other than 0 is called as user APC of the calling thread at each expiry: routine(apcContext, due time low, high).',
  },
  {
    number: 27,
    name: 'NtCancelTimer',
    args: ['timer', '*currentState'],
    doc: 'Cancel a timer and take its APC back; the optional word receives its signal state.',
  },
  {
    number: 28,
    name: 'NtWaitForSingleObject',
    args: ['handle', 'alertable', '*timeout'],
    doc: 'Wait for an event, semaphore, mutex, timer, thread, file or port (signalled while it has packets, and when it is closed). STATUS_SUCCESS, STATUS_ABANDONED_WAIT_0 or STATUS_TIMEOUT; alertable also STATUS_USER_APC and STATUS_ALERTED.',
  },
  {
    number: 29,
    name: 'NtWaitForMultipleObjects',
    args: ['count', '*handles', 'waitType', 'alertable', '*timeout'],
    doc: 'Wait for up to 16 objects: waitType 0 all, 1 any. STATUS_WAIT_0 + index of the one that ended a wait for any.',
  },

  {
    number: 32,
    name: 'NtPulseEvent',
    args: ['event', '*previous'],
    doc: 'Set an event for those who wait for it now, and reset it; the optional word receives the previous state.',
  },
  {
    number: 30,
    name: 'NtCreateMutant',
    args: ['*handle', 'initialOwner'],
    doc: 'Make a mutex; with 1 the calling thread owns it. Its owner may take it again; a wait ends with STATUS_ABANDONED_WAIT_0 + index when the last owner ended without releasing it.',
  },
  {
    number: 31,
    name: 'NtReleaseMutant',
    args: ['mutant', '*previous'],
    doc: 'Release a mutex once. STATUS_MUTANT_NOT_OWNED unless the calling thread owns it; the optional word receives the previous count (1 − times owned).',
  },
  {
    number: 40,
    name: 'NtCreateIoCompletion',
    args: ['*handle', 'concurrency'],
    doc: 'Make a completion port; concurrency 0 is the number of harts.',
  },
  {
    number: 41,
    name: 'NtSetIoCompletion',
    args: ['port', 'key', 'context', 'status', 'information'],
    doc: 'Post a packet with these values to a port.',
  },
  {
    number: 42,
    name: 'NtRemoveIoCompletionEx',
    args: ['port', '*entries', 'count', '*removed', '*timeout', 'alertable'],
    doc: 'Take 1 to count packets as FILE_IO_COMPLETION_INFORMATION entries; blocks while there is none. STATUS_TIMEOUT, or STATUS_ABANDONED_WAIT_0 when the port is closed; alertable also STATUS_USER_APC and STATUS_ALERTED (packets come first for a thread that has taken from this port before).',
  },
  {
    number: 43,
    name: 'NtQueryIoCompletion',
    args: ['port', '*depth'],
    doc: 'Number of packets queued.',
  },
  {
    number: 44,
    name: 'NtCreateWaitCompletionPacket',
    args: ['*handle'],
    doc: 'Make a wait completion packet, which turns the signal of an object into a packet.',
  },
  {
    number: 45,
    name: 'NtAssociateWaitCompletionPacket',
    args: ['packet', 'port', 'object', 'key', 'context', '*state'],
    doc: 'Once: when the object (event, semaphore, timer, thread) is signalled, take the signal and queue the packet to the port with status 0. The optional WAIT_PACKET_STATE tells whether it was already signalled, and the operation number.',
  },
  {
    number: 46,
    name: 'NtCancelWaitCompletionPacket',
    args: ['packet', 'removeSignaledPacket'],
    doc: 'Undo an association that has not fired. With removeSignaledPacket 1, one that has fired, too: its packet is taken out of the port. STATUS_PENDING when it has fired and the packet is not taken back, or a thread has it already; STATUS_CANCELLED if it was not associated.',
  },

  {
    number: 60,
    name: 'NtCreateFile',
    args: ['*handle', '*name', 'nameBytes', 'options'],
    doc: 'Open a device: \\Device\\Afd (a UDP socket), \\Device\\Mailbox (messages of the host), \\Device\\Disk (the whole disk), \\Device\\Volume\\NAME (a file of the archive on the disk), \\Device\\NamedPipe\\NAME (a client’s end of a pipe). options: FILE_SYNCHRONOUS_IO_NONALERT or FILE_SYNCHRONOUS_IO_ALERT for blocking calls, else 0.',
  },
  {
    number: 61,
    name: 'NtDeviceIoControlFile',
    args: ['file', 'event', 'context', '*ioStatus', 'code', '*request'],
    doc: 'Make a request of a device: an IOCTL code with its request structure. event is 0, the handle of an event, or the address of an IO_NOTIFICATION. IO_STATUS_BLOCK.operation is written before the call returns (or blocks), status and information at completion.',
  },
  {
    number: 62,
    name: 'NtSetInformationFile',
    args: ['file', '*ioStatus', '*information', 'bytes', 'class'],
    doc: 'FileCompletionInformation: associate the file with a port and a key, once. FileIoCompletionNotificationInformation: set FILE_SKIP_… flags, which stay. FilePositionInformation: where the next transfer of a blocking file begins. FilePipeInformation: 1 to read a pipe by messages, 0 by bytes.',
  },
  {
    number: 63,
    name: 'NtCancelIoFileEx',
    args: ['file', '*ioStatus'],
    doc: 'Cancel the request with this status block, or all of the file if 0. STATUS_NOT_FOUND if there is none.',
  },
  {
    number: 64,
    name: 'NtReadFile',
    args: ['file', 'event', 'context', '*ioStatus', '*transfer'],
    doc: 'Read bytes as FILE_TRANSFER says. STATUS_END_OF_FILE at or behind the end; less than asked for in front of it.',
  },
  {
    number: 65,
    name: 'NtWriteFile',
    args: ['file', 'event', 'context', '*ioStatus', '*transfer'],
    doc: 'Write bytes as FILE_TRANSFER says. STATUS_DISK_FULL when they do not fit into the file, which does not grow; nothing is written then.',
  },
  {
    number: 66,
    name: 'NtCancelIoFile',
    args: ['file'],
    doc: 'Cancel the requests of the file that the calling thread has made. STATUS_SUCCESS also when there is none.',
  },
  {
    number: 67,
    name: 'NtCancelSynchronousIoFile',
    args: ['thread'],
    doc: 'Cancel the request in whose call a thread is blocked: the call returns STATUS_CANCELLED. STATUS_NOT_FOUND if there is none.',
  },
  {
    number: 68,
    name: 'NtCreateNamedPipeFile',
    args: ['*handle', '*name', 'nameBytes', 'options', '*parameters'],
    doc: 'Make a server’s end of the pipe \\Device\\NamedPipe\\NAME with PIPE_PARAMETERS; it listens. STATUS_INSTANCE_NOT_AVAILABLE when the name has as many as its first one allowed. NtCreateFile connects to an end that listens; STATUS_PIPE_NOT_AVAILABLE when none does.',
  },
  {
    number: 69,
    name: 'NtQueryInformationFile',
    args: ['file', '*ioStatus', '*information', 'bytes', 'class'],
    doc: 'FileStandardInformation: size. FilePositionInformation: where the next transfer of a blocking file begins. FileIoCompletionNotificationInformation: the FILE_SKIP_… flags.',
  },
];

/** A named number of the system call interface. */
export interface SystemConstant {
  name: string;
  value: number;
  doc: string;
}

/** NTSTATUS values that calls return. */
export const statusCodes: SystemConstant[] = [
  { name: 'STATUS_SUCCESS', value: 0, doc: 'Done. Also STATUS_WAIT_0.' },
  { name: 'STATUS_ABANDONED_WAIT_0', value: 0x80, doc: 'The object waited for was closed.' },
  { name: 'STATUS_USER_APC', value: 0xc0, doc: 'User APCs ended an alertable wait.' },
  {
    name: 'STATUS_KERNEL_APC',
    value: 0x100,
    doc: 'Inside the kernel only: an APC interrupted a wait, which begins again.',
  },
  { name: 'STATUS_ALERTED', value: 0x101, doc: 'NtAlertThread ended an alertable wait.' },
  { name: 'STATUS_TIMEOUT', value: 0x102, doc: 'The timeout ran out.' },
  { name: 'STATUS_PENDING', value: 0x103, doc: 'The request goes on; completion follows.' },
  { name: 'STATUS_NO_YIELD_PERFORMED', value: 0x4000_0024, doc: 'No other thread was ready.' },
  { name: 'STATUS_DATATYPE_MISALIGNMENT', value: 0x8000_0002, doc: 'A pointer is not aligned.' },
  { name: 'STATUS_BUFFER_OVERFLOW', value: 0x8000_0005, doc: 'Warning: the data was cut to fit.' },
  { name: 'STATUS_UNSUCCESSFUL', value: 0xc000_0001, doc: 'General failure.' },
  {
    name: 'STATUS_INFO_LENGTH_MISMATCH',
    value: 0xc000_0004,
    doc: 'A structure has the wrong size.',
  },
  { name: 'STATUS_ACCESS_VIOLATION', value: 0xc000_0005, doc: 'Memory that is not the program’s.' },
  { name: 'STATUS_INVALID_HANDLE', value: 0xc000_0008, doc: 'No such handle.' },
  {
    name: 'STATUS_INVALID_PARAMETER_MIX',
    value: 0xc000_0030,
    doc: 'Values that do not go together: a wait for all with an object twice.',
  },
  {
    name: 'STATUS_THREAD_IS_TERMINATING',
    value: 0xc000_004b,
    doc: 'The thread has ended or is about to.',
  },
  { name: 'STATUS_INVALID_PARAMETER', value: 0xc000_000d, doc: 'A value out of range.' },
  {
    name: 'STATUS_INVALID_DEVICE_REQUEST',
    value: 0xc000_0010,
    doc: 'The device knows no such code.',
  },
  { name: 'STATUS_END_OF_FILE', value: 0xc000_0011, doc: 'Nothing is left to read.' },
  { name: 'STATUS_NO_MEMORY', value: 0xc000_0017, doc: 'No memory for a stack or a frame.' },
  { name: 'STATUS_INVALID_SYSTEM_SERVICE', value: 0xc000_001c, doc: 'No such system call.' },
  {
    name: 'STATUS_ILLEGAL_INSTRUCTION',
    value: 0xc000_001d,
    doc: 'An instruction the CPU does not have.',
  },
  {
    name: 'STATUS_OBJECT_TYPE_MISMATCH',
    value: 0xc000_0024,
    doc: 'A handle of another kind of object.',
  },
  { name: 'STATUS_OBJECT_NAME_NOT_FOUND', value: 0xc000_0034, doc: 'No device of this name.' },
  {
    name: 'STATUS_MUTANT_NOT_OWNED',
    value: 0xc000_0046,
    doc: 'The thread does not own the mutex.',
  },
  { name: 'STATUS_SEMAPHORE_LIMIT_EXCEEDED', value: 0xc000_0047, doc: 'Above the maximum.' },
  { name: 'STATUS_DISK_FULL', value: 0xc000_007f, doc: 'The file does not grow.' },
  { name: 'STATUS_INSUFFICIENT_RESOURCES', value: 0xc000_009a, doc: 'The pool is empty.' },
  { name: 'STATUS_MEDIA_WRITE_PROTECTED', value: 0xc000_00a2, doc: 'The disk cannot be written.' },
  {
    name: 'STATUS_INSTANCE_NOT_AVAILABLE',
    value: 0xc000_00ab,
    doc: 'The pipe has no more instances.',
  },
  { name: 'STATUS_PIPE_NOT_AVAILABLE', value: 0xc000_00ac, doc: 'No end of the pipe listens.' },
  {
    name: 'STATUS_PIPE_DISCONNECTED',
    value: 0xc000_00b0,
    doc: 'The server has disconnected the pipe.',
  },
  { name: 'STATUS_PIPE_CLOSING', value: 0xc000_00b1, doc: 'The other end is closed.' },
  { name: 'STATUS_PIPE_CONNECTED', value: 0xc000_00b2, doc: 'A client is there already.' },
  { name: 'STATUS_PIPE_LISTENING', value: 0xc000_00b3, doc: 'No client is there yet.' },
  { name: 'STATUS_FILE_IS_A_DIRECTORY', value: 0xc000_00ba, doc: 'The name is that of a folder.' },
  {
    name: 'STATUS_PROCESS_IS_TERMINATING',
    value: 0xc000_010a,
    doc: 'The program is about to end.',
  },
  { name: 'STATUS_CANCELLED', value: 0xc000_0120, doc: 'The request was cancelled.' },
  { name: 'STATUS_FILE_CLOSED', value: 0xc000_0128, doc: 'The handle was closed meanwhile.' },
  {
    name: 'STATUS_PIPE_BROKEN',
    value: 0xc000_014b,
    doc: 'The pipe has ended: an end is closed, and nothing is left to read.',
  },
  { name: 'STATUS_IO_DEVICE_ERROR', value: 0xc000_0185, doc: 'The device failed.' },
  {
    name: 'STATUS_INVALID_BUFFER_SIZE',
    value: 0xc000_0206,
    doc: 'A datagram longer than 1,472 bytes.',
  },
  { name: 'STATUS_ADDRESS_ALREADY_EXISTS', value: 0xc000_020a, doc: 'The port is in use.' },
  { name: 'STATUS_NOT_FOUND', value: 0xc000_0225, doc: 'There is nothing to cancel.' },
  { name: 'STATUS_NETWORK_UNREACHABLE', value: 0xc000_023c, doc: 'There is no network device.' },
];

/** Codes, flags and classes of the file calls. */
export const fileConstants: SystemConstant[] = [
  {
    name: 'FILE_SYNCHRONOUS_IO_ALERT',
    value: 0x10,
    doc: 'NtCreateFile: calls block; a user APC or an alert cancels them.',
  },
  { name: 'FILE_SYNCHRONOUS_IO_NONALERT', value: 0x20, doc: 'NtCreateFile: calls block.' },
  {
    name: 'FSCTL_PIPE_DISCONNECT',
    value: 0x11_0004,
    doc: 'Server: let the client go. Never pends.',
  },
  { name: 'FSCTL_PIPE_LISTEN', value: 0x11_0008, doc: 'Server: wait for a client.' },
  { name: 'IOCTL_AFD_BIND', value: 0x12003, doc: 'Bind a socket; request AFD_BIND. Never pends.' },
  {
    name: 'IOCTL_AFD_RECEIVE_DATAGRAM',
    value: 0x1201b,
    doc: 'Receive one datagram; AFD_DATAGRAM.',
  },
  { name: 'IOCTL_AFD_SEND_DATAGRAM', value: 0x12023, doc: 'Send one datagram; AFD_DATAGRAM.' },
  { name: 'IOCTL_AFD_POLL', value: 0x12024, doc: 'Wait for events of several sockets; AFD_POLL.' },
  { name: 'AFD_POLL_RECEIVE', value: 1, doc: 'A datagram waits.' },
  { name: 'AFD_POLL_SEND', value: 4, doc: 'The socket can send: always.' },
  {
    name: 'AFD_POLL_LOCAL_CLOSE',
    value: 0x20,
    doc: 'The socket was closed here; reported whether asked for or not.',
  },
  { name: 'AFD_MAXIMUM_POLL', value: 64, doc: 'Most sockets of one poll.' },
  { name: 'IOCTL_MAILBOX_RECEIVE', value: 0x22004, doc: 'Wait for a message; MAILBOX_MESSAGE.' },
  {
    name: 'IOCTL_MAILBOX_REPLY',
    value: 0x22008,
    doc: 'Answer a message; MAILBOX_REPLY. Never pends.',
  },
  { name: 'ThreadBasicInformation', value: 0, doc: 'NtQueryInformationThread class.' },
  { name: 'ThreadPriority', value: 2, doc: 'NtSetInformationThread class.' },
  { name: 'ThreadBasePriority', value: 3, doc: 'NtSetInformationThread class.' },
  { name: 'ThreadAffinityMask', value: 4, doc: 'NtSetInformationThread class.' },
  { name: 'ThreadIdealProcessor', value: 13, doc: 'NtSetInformationThread class.' },
  {
    name: 'ThreadPriorityBoost',
    value: 14,
    doc: 'NtQueryInformationThread and NtSetInformationThread class.',
  },
  { name: 'FileStandardInformation', value: 5, doc: 'NtQueryInformationFile class.' },
  {
    name: 'FilePositionInformation',
    value: 14,
    doc: 'NtQueryInformationFile and NtSetInformationFile class.',
  },
  { name: 'FilePipeInformation', value: 23, doc: 'NtSetInformationFile class.' },
  { name: 'FileCompletionInformation', value: 30, doc: 'NtSetInformationFile class.' },
  {
    name: 'FileIoCompletionNotificationInformation',
    value: 41,
    doc: 'NtQueryInformationFile and NtSetInformationFile class.',
  },
  {
    name: 'FILE_SKIP_COMPLETION_PORT_ON_SUCCESS',
    value: 1,
    doc: 'Immediate success posts nothing.',
  },
  { name: 'FILE_SKIP_SET_EVENT_ON_HANDLE', value: 2, doc: 'Completion does not signal the file.' },
  { name: 'AFD_MAXIMUM_DATAGRAM', value: 1472, doc: 'Longest datagram (no fragments), bytes.' },
];

/** A structure that programs and kernel share; all fields are 32-bit words unless `bytes` says otherwise. */
export interface SystemStructure {
  name: string;
  bytes: number;
  doc: string;
  fields: { name: string; offset: number; bytes?: number; doc: string }[];
}

/** Layouts of the structures that calls point to. */
export const systemStructures: SystemStructure[] = [
  {
    name: 'IO_STATUS_BLOCK',
    bytes: 12,
    doc: 'Outcome of a request.',
    fields: [
      { name: 'status', offset: 0, doc: 'NTSTATUS; left alone until completion.' },
      { name: 'information', offset: 4, doc: 'Usually bytes transferred.' },
      {
        name: 'operation',
        offset: 8,
        doc: 'Operation number that names the request in the trace.',
      },
    ],
  },
  {
    name: 'IO_NOTIFICATION',
    bytes: 8,
    doc: 'What completion of a request shall do, besides a packet: passed in place of an event.',
    fields: [
      { name: 'event', offset: 0, doc: 'Handle of an event to set, or 0.' },
      {
        name: 'apcRoutine',
        offset: 4,
        doc: 'Routine (context, ioStatus, 0), called as user APC of the thread that makes the request, or 0. Not for files with a port.',
      },
    ],
  },
  {
    name: 'CONTEXT',
    bytes: 128,
    doc: 'Registers of a thread that a user APC interrupted: word n is register xn, word 0 the pc. Only ra, sp, tp, t0–t6, a0–a7 count.',
    fields: [
      { name: 'pc', offset: 0, doc: 'Where the thread goes on.' },
      { name: 'registers', offset: 4, bytes: 124, doc: 'x1 to x31.' },
    ],
  },
  {
    name: 'FILE_IO_COMPLETION_INFORMATION',
    bytes: 20,
    doc: 'One packet taken from a port.',
    fields: [
      { name: 'key', offset: 0, doc: 'Key of the association, or as posted.' },
      { name: 'context', offset: 4, doc: 'Context of the request, or as posted.' },
      { name: 'status', offset: 8, doc: 'NTSTATUS of the request.' },
      { name: 'information', offset: 12, doc: 'Usually bytes transferred.' },
      { name: 'operation', offset: 16, doc: 'Operation number; 0 for a posted packet.' },
    ],
  },
  {
    name: 'FILE_COMPLETION_INFORMATION',
    bytes: 8,
    doc: 'Association of a file.',
    fields: [
      { name: 'port', offset: 0, doc: 'Handle of the port.' },
      { name: 'key', offset: 4, doc: 'Key given with every packet of the file.' },
    ],
  },
  {
    name: 'FILE_TRANSFER',
    bytes: 12,
    doc: 'What NtReadFile and NtWriteFile move. Captured by the call.',
    fields: [
      { name: 'buffer', offset: 0, doc: 'Address of the data.' },
      { name: 'bytes', offset: 4, doc: 'How many.' },
      {
        name: 'byteOffset',
        offset: 8,
        doc: 'Pointer to the offset in the file (64 bits), 0 for pipes. On a blocking file 0 or the offset −2 goes on where the last transfer ended; the offset −1 writes at the end.',
      },
    ],
  },
  {
    name: 'PIPE_PARAMETERS',
    bytes: 20,
    doc: 'What a pipe is like. Captured by the call; type, instances and outbound quota are those of the first server’s end.',
    fields: [
      { name: 'messageType', offset: 0, doc: '0: a stream of bytes; 1: messages.' },
      {
        name: 'readMode',
        offset: 4,
        doc: 'How the server’s end reads: 0 bytes, 1 messages. A client’s end reads bytes at first.',
      },
      { name: 'maximumInstances', offset: 8, doc: 'Server’s ends under this name, at most.' },
      {
        name: 'inboundQuota',
        offset: 12,
        doc: 'Bytes to the server that are copied so that their writes need not pend.',
      },
      { name: 'outboundQuota', offset: 16, doc: 'The same for bytes to the client.' },
    ],
  },
  {
    name: 'FILE_STANDARD_INFORMATION',
    bytes: 8,
    doc: 'Size of a file.',
    fields: [{ name: 'endOfFile', offset: 0, bytes: 8, doc: 'Bytes.' }],
  },
  {
    name: 'FILE_POSITION_INFORMATION',
    bytes: 8,
    doc: 'Position of a blocking file.',
    fields: [
      { name: 'currentByteOffset', offset: 0, bytes: 8, doc: 'Where the next transfer begins.' },
    ],
  },
  {
    name: 'AFD_BIND',
    bytes: 8,
    doc: 'Local end of a socket.',
    fields: [
      { name: 'address', offset: 0, doc: '0 for any.' },
      { name: 'port', offset: 4, doc: '0 for a free one from 49,152 up; receives the port bound.' },
    ],
  },
  {
    name: 'AFD_DATAGRAM',
    bytes: 16,
    doc: 'A datagram to send, or room for one to receive.',
    fields: [
      { name: 'buffer', offset: 0, doc: 'Address of the data.' },
      { name: 'bytes', offset: 4, doc: 'Length to send, or room.' },
      {
        name: 'address',
        offset: 8,
        doc: 'Remote address: given for a send, written by a receive.',
      },
      { name: 'port', offset: 12, doc: 'Remote port: given for a send, written by a receive.' },
    ],
  },
  {
    name: 'AFD_POLL',
    bytes: 16,
    doc: 'A poll; as many AFD_POLL_HANDLE as `count` says follow. At completion the structure holds the sockets with events; after a timeout, or with a timeout of 0 and no event, none.',
    fields: [
      {
        name: 'timeout',
        offset: 0,
        bytes: 8,
        doc: 'A time; 0 does not wait, the greatest number waits for ever.',
      },
      {
        name: 'count',
        offset: 8,
        doc: 'Sockets asked about, 1 to 64; receives those with events.',
      },
      {
        name: 'exclusive',
        offset: 12,
        doc: '1: ends an older exclusive poll that was made by this file.',
      },
    ],
  },
  {
    name: 'AFD_POLL_HANDLE',
    bytes: 12,
    doc: 'One socket of a poll.',
    fields: [
      { name: 'handle', offset: 0, doc: 'The socket.' },
      { name: 'events', offset: 4, doc: 'AFD_POLL_… asked for; receives those that are.' },
      { name: 'status', offset: 8, doc: 'Receives 0.' },
    ],
  },
  {
    name: 'MAILBOX_MESSAGE',
    bytes: 48,
    doc: 'A message of the host: call function with arguments.',
    fields: [
      { name: 'message', offset: 0, doc: 'Number of the message.' },
      { name: 'function', offset: 4, doc: 'Which function: an index into the spawn table.' },
      { name: 'count', offset: 8, doc: 'Number of arguments, 0 to 8.' },
      { name: 'reserved', offset: 12, doc: '0.' },
      { name: 'arguments', offset: 16, bytes: 32, doc: 'Eight words.' },
    ],
  },
  {
    name: 'MAILBOX_REPLY',
    bytes: 16,
    doc: 'Answer to a message.',
    fields: [
      { name: 'message', offset: 0, doc: 'Number of the message.' },
      { name: 'status', offset: 4, doc: '0, or why the function failed.' },
      { name: 'low', offset: 8, doc: 'Result, low word.' },
      { name: 'high', offset: 12, doc: 'Result, high word.' },
    ],
  },
  {
    name: 'WAIT_PACKET_STATE',
    bytes: 8,
    doc: 'What NtAssociateWaitCompletionPacket found.',
    fields: [
      {
        name: 'alreadySignaled',
        offset: 0,
        doc: '1 if the object was signalled and the packet is queued.',
      },
      { name: 'operation', offset: 4, doc: 'Operation number that names this wait in the trace.' },
    ],
  },
  {
    name: 'THREAD_BASIC_INFORMATION',
    bytes: 24,
    doc: 'Who a thread is, and how it is scheduled.',
    fields: [
      { name: 'exitStatus', offset: 0, doc: 'Its status when it has ended, else STATUS_PENDING.' },
      { name: 'process', offset: 4, doc: 'Number of its program.' },
      { name: 'thread', offset: 8, doc: 'Its own number.' },
      { name: 'affinityMask', offset: 12, doc: 'Harts on which it may run.' },
      { name: 'priority', offset: 16, doc: 'Priority at this moment, with its boost.' },
      { name: 'basePriority', offset: 20, doc: 'Priority without boosts.' },
    ],
  },
  {
    name: 'SYSTEM_INFORMATION',
    bytes: 32,
    doc: 'Facts about the machine.',
    fields: [
      { name: 'heapEnd', offset: 0, doc: 'First address behind the program’s memory.' },
      { name: 'harts', offset: 4, doc: 'Number of harts.' },
      { name: 'clockHz', offset: 8, bytes: 8, doc: 'Cycles per second.' },
      { name: 'address', offset: 16, doc: 'Own IPv4 address.' },
      { name: 'gateway', offset: 20, doc: 'Gateway’s IPv4 address.' },
      {
        name: 'seed',
        offset: 24,
        doc: 'A word from the seed of the run, for a program’s own generator.',
      },
      { name: 'reserved', offset: 28, doc: '0.' },
    ],
  },
];
