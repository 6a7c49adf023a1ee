/**
 * Files of the archive that the machine has for a disk. Reads are overlapped, or block the calling thread.
 */
import { allocateRaw } from './heap';
import { CancellationToken } from './cancellation';
import {
  FILE_STANDARD_INFORMATION_BYTES,
  FILE_STANDARD_INFORMATION_endOfFile,
  FILE_SYNCHRONOUS_IO_NONALERT,
  FileStandardInformation,
  STATUS_SUCCESS,
  SYS_NtCreateFile,
  SYS_NtQueryInformationFile,
  SYS_NtReadFile,
} from './generated/syscalls';
import { Handle } from './handle';
import { Request, associate } from './request';
import { require } from './require';
import { isError, system } from './system';
import { Task } from './task';
import { thisThread } from './threadBlock';

const volume = '\\Device\\Volume\\';

/** A transfer: what is behind the status block is FILE_TRANSFER, in the kernel's order. */
class Transfer extends Request {
  private low: u32 = 0;
  private high: u32 = 0;

  constructor(data: Uint8Array, length: i32, offset: u32) {
    super();
    if (<u32>length > <u32>data.length) throw new Error('A transfer is longer than its buffer');
    this.buffer = data.dataStart;
    this.bytes = length;
    // The word behind `bytes` points to the offset.
    this.address = changetype<usize>(this) + offsetof<Transfer>('low');
    this.low = offset;
  }

  get structure(): usize {
    return changetype<usize>(this) + offsetof<Request>('buffer');
  }
}

/** An open file. Its calls are either all asynchronous (`open`) or all blocking (`openBlocking`). */
export class File {
  private constructor(
    private readonly handle: Handle,
    private readonly isBlocking: bool,
  ) {}

  /** Open a file by its name in the archive; null if there is none. */
  static open(name: string): File | null {
    return File.openAs(name, false);
  }

  /** The same, for `readBlocking`; no completion port takes part. */
  static openBlocking(name: string): File | null {
    return File.openAs(name, true);
  }

  private static openAs(name: string, isBlocking: bool): File | null {
    const path = volume + name;
    const handle = thisThread().scratch;
    const options = isBlocking ? FILE_SYNCHRONOUS_IO_NONALERT : 0;
    const bytes = path.length << 1;
    const status = system(SYS_NtCreateFile, handle, changetype<usize>(path), bytes, options);
    if (status != STATUS_SUCCESS) return null;
    const file = new Handle(load<u32>(handle), 'A file');
    if (!isBlocking) associate(file.value);
    return new File(file, isBlocking);
  }

  /** Length in bytes. */
  get size(): u32 {
    const block = allocateRaw(12 + FILE_STANDARD_INFORMATION_BYTES);
    const status = system(
      SYS_NtQueryInformationFile,
      this.handle.value,
      block,
      block + 12,
      FILE_STANDARD_INFORMATION_BYTES,
      FileStandardInformation,
    );
    require(status, 'Cannot ask for the length of a file');
    return load<u32>(block + 12 + FILE_STANDARD_INFORMATION_endOfFile);
  }

  /**
   * Read up to `length` bytes at `offset` into `buffer`, which belongs to the kernel until then. The result is the number of bytes, or
   * a negative NTSTATUS. Ends as cancelled by the token.
   */
  @placed
  read(
    buffer: Uint8Array,
    length: i32,
    offset: u32,
    token: CancellationToken | null = null,
  ): Task<i32> {
    if (this.isBlocking) throw new Error('Use open for async reads');
    const transfer = new Transfer(buffer, length, offset);
    return transfer.beginTransfer(SYS_NtReadFile, this.handle, transfer.structure, token);
  }

  /** The same; the calling thread waits. */
  @placed
  readBlocking(buffer: Uint8Array, length: i32, offset: u32): i32 {
    if (!this.isBlocking) throw new Error('Use openBlocking for blocking reads');
    const transfer = new Transfer(buffer, length, offset);
    const block = changetype<usize>(transfer);
    this.handle.enterThread();
    const status = system(SYS_NtReadFile, this.handle.value, 0, 0, block, transfer.structure);
    this.handle.leaveThread();
    return isError(status) ? <i32>status : <i32>transfer.information;
  }

  /** Close the file. Throws a `LifetimeError` if a request or a thread still waits for it, or if it is closed. */
  @placed
  close(): void {
    this.handle.close();
  }
}
