/**
 * UDP sockets. The kernel copies a datagram straight between the frame and the buffer of the program.
 */
import {
  FILE_SYNCHRONOUS_IO_NONALERT,
  IOCTL_AFD_BIND,
  IOCTL_AFD_RECEIVE_DATAGRAM,
  IOCTL_AFD_SEND_DATAGRAM,
  SYS_NtDeviceIoControlFile,
} from './generated/syscalls';
import { CancellationToken } from './cancellation';
import { Handle } from './handle';
import { Request, openDevice } from './request';
import { require } from './require';
import { amoSwap } from './rv';
import { isError, system } from './system';
import { Task } from './task';
import { thisThread } from './threadBlock';

const REQUEST_STRUCTURE: usize = offsetof<Request>('buffer');

/** Sender and length of a datagram that was received, or receiver and length of one to send. */
export class Datagram extends Request {
  /** Bytes received; negative is the NTSTATUS of a failure. */
  get length(): i32 {
    return isError(this.status) ? <i32>this.status : this.information;
  }
}

/** A UDP socket. Its calls are either all asynchronous (`bind`) or all blocking (`bindBlocking`). */
export class UdpSocket {
  private spare: Datagram | null = null;

  private constructor(
    private readonly handle: Handle,
    /** The local port. */
    readonly port: u32,
    private isBlocking: bool,
  ) {}

  /** A socket for `receiveFrom` and `sendTo` on a local port; 0 is any free port. */
  static bind(port: u32): UdpSocket {
    return UdpSocket.open(port, false);
  }

  /** A socket for `receiveFromBlocking` and `sendToBlocking`; no completion port takes part. */
  static bindBlocking(port: u32): UdpSocket {
    return UdpSocket.open(port, true);
  }

  private static open(port: u32, isBlocking: bool): UdpSocket {
    const options = isBlocking ? FILE_SYNCHRONOUS_IO_NONALERT : 0;
    const handle = openDevice('\\Device\\Afd', 'A socket', options);
    const scratch = thisThread().scratch;
    const structure = scratch + 16;
    store<u32>(structure, 0);
    store<u32>(structure, port, 4);
    require(system(
      SYS_NtDeviceIoControlFile,
      handle.value,
      0,
      0,
      scratch,
      IOCTL_AFD_BIND,
      structure,
    ), 'Cannot bind UDP port ' + port.toString());
    return new UdpSocket(handle, load<u32>(structure, 4), isBlocking);
  }

  /**
   * Wait for a datagram and put it into `buffer`; what does not fit is cut off. The buffer belongs to the kernel until then.
   * The result is the number of bytes, or a negative NTSTATUS; the sender is written to `from`. Ends as cancelled by the token.
   */
  @placed
  receiveFrom(
    buffer: Uint8Array,
    from: Datagram,
    token: CancellationToken | null = null,
  ): Task<i32> {
    this.expect(false);
    prepare(from, buffer, buffer.length);
    const structure = changetype<usize>(from) + REQUEST_STRUCTURE;
    return from.begin(this.handle, IOCTL_AFD_RECEIVE_DATAGRAM, structure, token);
  }

  /** Send the first `length` bytes of `buffer` to where `to` came from. The result is `length`, or a negative NTSTATUS. */
  @placed
  sendTo(buffer: Uint8Array, length: i32, to: Datagram): Task<i32> {
    this.expect(false);
    const request = this.takeRecord();
    request.address = to.address;
    request.port = to.port;
    prepare(request, buffer, length);
    const task = begin(request, this.handle, IOCTL_AFD_SEND_DATAGRAM);
    if (task.isCompleted) this.spare = request;
    return task;
  }

  /** A record for a request: that of the last send, if it is over. */
  private takeRecord(): Datagram {
    const spare = amoSwap(changetype<usize>(this) + offsetof<UdpSocket>('spare'), 0);
    return spare ? changetype<Datagram>(spare) : new Datagram();
  }

  /** As `receiveFrom`, but the calling thread waits. */
  @placed
  receiveFromBlocking(buffer: Uint8Array, from: Datagram): i32 {
    this.expect(true);
    prepare(from, buffer, buffer.length);
    return call(from, this.handle, IOCTL_AFD_RECEIVE_DATAGRAM);
  }

  /** As `sendTo`, but the calling thread waits. `to` is used for the request itself. */
  @placed
  sendToBlocking(buffer: Uint8Array, length: i32, to: Datagram): i32 {
    this.expect(true);
    prepare(to, buffer, length);
    return call(to, this.handle, IOCTL_AFD_SEND_DATAGRAM);
  }

  /** Close the socket. Throws a `LifetimeError` if a request or a thread still waits for it, or if it is closed. */
  @placed
  close(): void {
    this.handle.close();
  }

  /** Close the socket; requests that still wait end with STATUS_CANCELLED. Throws a `LifetimeError` if it is closed. */
  @placed
  abort(): void {
    this.handle.abort();
  }

  private expect(isBlocking: bool): void {
    if (this.isBlocking != isBlocking) {
      throw new Error('Use bind for async calls and bindBlocking for blocking ones');
    }
  }
}

function prepare(request: Datagram, buffer: Uint8Array, length: i32): void {
  if (<u32>length > <u32>buffer.length) throw new Error('A datagram is longer than its buffer');
  request.buffer = buffer.dataStart;
  request.bytes = length;
}

function begin(request: Datagram, file: Handle, code: u32): Task<i32> {
  return request.begin(file, code, changetype<usize>(request) + REQUEST_STRUCTURE);
}

function call(request: Datagram, file: Handle, code: u32): i32 {
  return request.call(file, code, changetype<usize>(request) + REQUEST_STRUCTURE);
}
