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
import { LifetimeError } from './lifetime';
import { Request, openDevice } from './request';
import { require } from './require';
import { closeHandle, isError, system } from './system';
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
  private isClosed: bool = false;

  private constructor(
    private handle: u32,
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
    const handle = openDevice('\\Device\\Afd', options);
    const scratch = thisThread().scratch;
    const structure = scratch + 16;
    store<u32>(structure, 0);
    store<u32>(structure, port, 4);
    require(system(
      SYS_NtDeviceIoControlFile,
      handle,
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
  sendTo(buffer: Uint8Array, length: i32, to: Datagram): Task<i32> {
    this.expect(false);
    const request = new Datagram();
    request.address = to.address;
    request.port = to.port;
    prepare(request, buffer, length);
    return begin(request, this.handle, IOCTL_AFD_SEND_DATAGRAM);
  }

  /** As `receiveFrom`, but the calling thread waits. */
  receiveFromBlocking(buffer: Uint8Array, from: Datagram): i32 {
    this.expect(true);
    prepare(from, buffer, buffer.length);
    return call(from, this.handle, IOCTL_AFD_RECEIVE_DATAGRAM);
  }

  /** As `sendTo`, but the calling thread waits. `to` is used for the request itself. */
  sendToBlocking(buffer: Uint8Array, length: i32, to: Datagram): i32 {
    this.expect(true);
    prepare(to, buffer, length);
    return call(to, this.handle, IOCTL_AFD_SEND_DATAGRAM);
  }

  /** Close the socket; requests that still wait are cancelled. */
  close(): void {
    if (this.isClosed) throw new LifetimeError('A socket was closed twice');
    this.isClosed = true;
    closeHandle(this.handle);
  }

  private expect(isBlocking: bool): void {
    if (this.isClosed) throw new LifetimeError('A socket was used after it was closed');
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

function begin(request: Datagram, file: u32, code: u32): Task<i32> {
  return request.begin(file, code, changetype<usize>(request) + REQUEST_STRUCTURE);
}

function call(request: Datagram, file: u32, code: u32): i32 {
  return request.call(file, code, changetype<usize>(request) + REQUEST_STRUCTURE);
}
