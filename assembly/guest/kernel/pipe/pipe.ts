import {
  FSCTL_PIPE_DISCONNECT,
  FSCTL_PIPE_LISTEN,
  PIPE_PARAMETERS_inboundQuota,
  PIPE_PARAMETERS_maximumInstances,
  PIPE_PARAMETERS_messageType,
  PIPE_PARAMETERS_outboundQuota,
  PIPE_PARAMETERS_readMode,
  STATUS_CANCELLED,
  STATUS_INSTANCE_NOT_AVAILABLE,
  STATUS_INSUFFICIENT_RESOURCES,
  STATUS_INVALID_DEVICE_REQUEST,
  STATUS_INVALID_PARAMETER,
  STATUS_OBJECT_NAME_NOT_FOUND,
  STATUS_PENDING,
  STATUS_PIPE_BROKEN,
  STATUS_PIPE_CLOSING,
  STATUS_PIPE_CONNECTED,
  STATUS_PIPE_DISCONNECTED,
  STATUS_PIPE_LISTENING,
  STATUS_PIPE_NOT_AVAILABLE,
  STATUS_SUCCESS,
} from '../generated/syscalls';
import { lockIo, unlockIo } from '../io/lock';
import {
  Device,
  DEVICE_BYTES,
  DEVICE_NAMESPACE,
  DEVICE_SERVERS,
  registerDevice,
} from '../io/device';
import { File } from '../io/file';
import { completeIrp, currentLocation, Irp, markPending } from '../io/irp';
import { keepRequest, letCancel } from '../io/queue';
import { initializeList, insertTail, isListEmpty, nextEntry, removeEntry } from '../ke/list';
import { allocate, free } from '../mm/pool';
import {
  createEnd,
  deleteEnd,
  dropData,
  dropWrites,
  endRequests,
  hasData,
  holdData,
  listenList,
  OUT_OF_MEMORY,
  PIPE_CLOSING,
  PIPE_CONNECTED,
  PIPE_DISCONNECTED,
  PIPE_LISTENING,
  PipeEnd,
  readData,
  readList,
  sendData,
  takeBack,
} from './end';

/**
 * \Device\NamedPipe\NAME: pipes. NtCreateNamedPipeFile makes a server's end, which listens at once; NtCreateFile connects a client's end to
 * one that listens. Data goes both ways, as a stream of bytes or as messages. Requests at DISPATCH.
 */

/** A name, with the server ends under it. */
@unmanaged
class Pipe {
  next: usize;
  previous: usize;
  /** List head of server ends, and their number. */
  endNext: usize;
  endPrevious: usize;
  instances: u32;
  maximum: u32;
  isMessages: bool;
  outboundQuota: u32;
  nameBytes: usize;
}

const NAME_OFFSET: usize = offsetof<Pipe>();

const pipeDevice = changetype<Device>(memory.data(64, 4));
const pipes = memory.data(8, 4);

export function initializePipes(): void {
  initializeList(pipes);
  memory.fill(changetype<usize>(pipeDevice), 0, DEVICE_BYTES);
  pipeDevice.flags = DEVICE_NAMESPACE | DEVICE_SERVERS;
  pipeDevice.create = openPipe.index;
  pipeDevice.cleanup = cleanUpEnd.index;
  pipeDevice.close = closeEnd.index;
  pipeDevice.control = controlPipe.index;
  pipeDevice.read = readPipe.index;
  pipeDevice.write = writePipe.index;
  registerDevice(pipeDevice, '\\Device\\NamedPipe');
}

function endOf(file: File): PipeEnd {
  return changetype<PipeEnd>(file.context);
}

function endList(pipe: Pipe): usize {
  return changetype<usize>(pipe) + offsetof<Pipe>('endNext');
}

/** A client's end, or with parameters a server's. */
function openPipe(file: File): u32 {
  const old = lockIo();
  const status = file.parameters ? openServer(file) : openClient(file);
  unlockIo(old);
  return status;
}

function findPipe(file: File): Pipe {
  for (let entry = nextEntry(pipes); entry != pipes; entry = nextEntry(entry)) {
    const pipe = changetype<Pipe>(entry);
    if (pipe.nameBytes != file.nameBytes) continue;
    if (memory.compare(entry + NAME_OFFSET, file.name, file.nameBytes) == 0) return pipe;
  }
  return changetype<Pipe>(0);
}

function openClient(file: File): u32 {
  const pipe = findPipe(file);
  if (!changetype<usize>(pipe)) return STATUS_OBJECT_NAME_NOT_FOUND;
  const head = endList(pipe);
  let entry = nextEntry(head);
  while (entry != head && changetype<PipeEnd>(entry).state != PIPE_LISTENING) {
    entry = nextEntry(entry);
  }
  if (entry == head) return STATUS_PIPE_NOT_AVAILABLE;
  const client = createEnd(pipe.outboundQuota, pipe.isMessages);
  if (!changetype<usize>(client)) return STATUS_INSUFFICIENT_RESOURCES;
  const server = changetype<PipeEnd>(entry);
  file.context = changetype<usize>(client);
  client.peer = server;
  server.peer = client;
  client.state = PIPE_CONNECTED;
  server.state = PIPE_CONNECTED;
  endRequests(listenList(server), STATUS_SUCCESS);
  return STATUS_SUCCESS;
}

/** The first instance of a name settles what the pipe is. */
function openServer(file: File): u32 {
  const parameters = file.parameters;
  const isMessages = load<u32>(parameters + PIPE_PARAMETERS_messageType) != 0;
  const readsMessages = load<u32>(parameters + PIPE_PARAMETERS_readMode) != 0;
  const maximum = load<u32>(parameters + PIPE_PARAMETERS_maximumInstances);
  if (!maximum || !file.nameBytes || (readsMessages && !isMessages))
    return STATUS_INVALID_PARAMETER;
  let pipe = findPipe(file);
  if (changetype<usize>(pipe)) {
    if (pipe.isMessages != isMessages) return STATUS_INVALID_PARAMETER;
    if (pipe.instances == pipe.maximum) return STATUS_INSTANCE_NOT_AVAILABLE;
  } else {
    pipe = createPipe(file, maximum, isMessages);
    if (!changetype<usize>(pipe)) return STATUS_INSUFFICIENT_RESOURCES;
  }
  const quota = load<u32>(parameters + PIPE_PARAMETERS_inboundQuota);
  const end = createEnd(quota, isMessages);
  if (!changetype<usize>(end)) {
    if (!pipe.instances) deletePipe(pipe);
    return STATUS_INSUFFICIENT_RESOURCES;
  }
  end.readsMessages = readsMessages;
  end.pipe = changetype<usize>(pipe);
  end.state = PIPE_LISTENING;
  pipe.instances++;
  insertTail(endList(pipe), changetype<usize>(end));
  file.context = changetype<usize>(end);
  return STATUS_SUCCESS;
}

function createPipe(file: File, maximum: u32, isMessages: bool): Pipe {
  const address = allocate(NAME_OFFSET + file.nameBytes);
  const pipe = changetype<Pipe>(address);
  if (!address) return pipe;
  initializeList(endList(pipe));
  pipe.maximum = maximum;
  pipe.isMessages = isMessages;
  pipe.outboundQuota = load<u32>(file.parameters + PIPE_PARAMETERS_outboundQuota);
  pipe.nameBytes = file.nameBytes;
  memory.copy(address + NAME_OFFSET, file.name, file.nameBytes);
  insertTail(pipes, address);
  return pipe;
}

function deletePipe(pipe: Pipe): void {
  removeEntry(changetype<usize>(pipe));
  free(changetype<usize>(pipe), NAME_OFFSET + pipe.nameBytes);
}

/** The last handle of an end is closed: its requests break off (S78); the peer can read what has been copied for it. */
function cleanUpEnd(file: File): void {
  const end = endOf(file);
  const peer = end.peer;
  end.state = PIPE_CLOSING;
  endRequests(readList(end), STATUS_PIPE_BROKEN);
  endRequests(listenList(end), STATUS_PIPE_BROKEN);
  dropData(end, STATUS_PIPE_BROKEN);
  if (changetype<usize>(peer)) {
    dropWrites(peer, STATUS_PIPE_BROKEN);
    endRequests(readList(peer), STATUS_PIPE_BROKEN);
    peer.state = PIPE_CLOSING;
    separate(end, peer);
  }
  const pipe = changetype<Pipe>(end.pipe);
  if (!end.pipe) return;
  removeEntry(changetype<usize>(end));
  if (--pipe.instances == 0) deletePipe(pipe);
}

function separate(end: PipeEnd, peer: PipeEnd): void {
  end.peer = changetype<PipeEnd>(0);
  peer.peer = changetype<PipeEnd>(0);
}

function closeEnd(file: File): void {
  deleteEnd(endOf(file));
}

function controlPipe(device: Device, irp: Irp): u32 {
  const code = currentLocation(irp).code;
  const end = endOf(irp.file);
  if (!end.pipe) return completeIrp(irp, STATUS_INVALID_DEVICE_REQUEST, 0); // a client's
  if (code == FSCTL_PIPE_LISTEN) return listen(end, irp);
  if (code != FSCTL_PIPE_DISCONNECT) return completeIrp(irp, STATUS_INVALID_DEVICE_REQUEST, 0);
  return completeIrp(irp, disconnect(end), 0);
}

/** Wait for a client. */
function listen(end: PipeEnd, irp: Irp): u32 {
  if (end.state == PIPE_CONNECTED) return completeIrp(irp, STATUS_PIPE_CONNECTED, 0);
  if (end.state == PIPE_CLOSING) return completeIrp(irp, STATUS_PIPE_CLOSING, 0);
  end.state = PIPE_LISTENING;
  return keepRequest(listenList(end), irp);
}

/** Let the client go; its requests and the server's break off, and what nobody has read is lost. */
function disconnect(end: PipeEnd): u32 {
  if (end.state == PIPE_DISCONNECTED) return STATUS_PIPE_DISCONNECTED;
  const peer = end.peer;
  end.state = PIPE_DISCONNECTED;
  endRequests(listenList(end), STATUS_PIPE_DISCONNECTED);
  endRequests(readList(end), STATUS_PIPE_DISCONNECTED);
  dropData(end, STATUS_PIPE_DISCONNECTED);
  if (changetype<usize>(peer)) {
    peer.state = PIPE_DISCONNECTED;
    endRequests(readList(peer), STATUS_PIPE_DISCONNECTED);
    dropData(peer, STATUS_PIPE_DISCONNECTED);
    separate(end, peer);
  }
  return STATUS_SUCCESS;
}

function readPipe(device: Device, irp: Irp): u32 {
  const end = endOf(irp.file);
  if (hasData(end)) return readData(end, irp);
  if (end.state == PIPE_CONNECTED) return keepRequest(readList(end), irp);
  return completeIrp(irp, refusal(end, STATUS_PIPE_BROKEN), 0);
}

/** Why an end that is not connected does not serve; `closing` is the status when its peer is gone. */
function refusal(end: PipeEnd, closing: u32): u32 {
  if (end.state == PIPE_LISTENING) return STATUS_PIPE_LISTENING;
  return end.state == PIPE_DISCONNECTED ? STATUS_PIPE_DISCONNECTED : closing;
}

function writePipe(device: Device, irp: Irp): u32 {
  const end = endOf(irp.file);
  const peer = end.peer;
  if (end.state != PIPE_CONNECTED) return completeIrp(irp, refusal(end, STATUS_PIPE_CLOSING), 0);
  const place = currentLocation(irp);
  if (!place.bytes && !end.isMessages) return completeIrp(irp, STATUS_SUCCESS, 0);
  const left = sendData(peer, irp);
  if (left == OUT_OF_MEMORY) return completeIrp(irp, STATUS_INSUFFICIENT_RESOURCES, 0);
  if (!left) return STATUS_SUCCESS;
  if (holdData(peer, left)) return completeIrp(irp, STATUS_SUCCESS, place.bytes);
  place.request = left;
  markPending(irp);
  letCancel(irp, cancelWrite.index);
  return STATUS_PENDING;
}

function isMessagePipe(end: PipeEnd): bool {
  return end.isMessages;
}

function cancelWrite(irp: Irp): void {
  takeBack(endOf(irp.file).peer, currentLocation(irp).request);
  completeIrp(irp, STATUS_CANCELLED, 0);
}

/** FilePipeInformation: read by messages or by bytes; false when the pipe has no messages. */
export function setReadMode(file: File, messages: bool): bool {
  const end = endOf(file);
  if (file.device.create != openPipe.index) return false;
  if (messages && !end.isMessages) return false;
  end.readsMessages = messages;
  return true;
}
