import { hint2 } from '../rv';
import { TRACE_irp_buffer } from '../generated/trace';
import {
  AFD_BIND_address,
  AFD_BIND_BYTES,
  AFD_BIND_port,
  AFD_DATAGRAM_address,
  AFD_DATAGRAM_buffer,
  AFD_DATAGRAM_BYTES,
  AFD_DATAGRAM_bytes,
  AFD_DATAGRAM_port,
  AFD_MAXIMUM_DATAGRAM,
  IOCTL_AFD_BIND,
  IOCTL_AFD_POLL,
  IOCTL_AFD_RECEIVE_DATAGRAM,
  IOCTL_AFD_SEND_DATAGRAM,
  STATUS_ADDRESS_ALREADY_EXISTS,
  STATUS_BUFFER_OVERFLOW,
  STATUS_INSUFFICIENT_RESOURCES,
  STATUS_INVALID_BUFFER_SIZE,
  STATUS_INVALID_DEVICE_REQUEST,
  STATUS_INVALID_PARAMETER,
  STATUS_NETWORK_UNREACHABLE,
  STATUS_SUCCESS,
} from '../generated/syscalls';
import { Device, DEVICE_BYTES, DEVICE_SIDE_BY_SIDE, registerDevice } from '../io/device';
import { File } from '../io/file';
import { completeIrp, currentLocation, Irp, StackLocation } from '../io/irp';
import { keepRequest, takeRequest } from '../io/queue';
import { probe, probeWords } from '../mm/user';
import { hasAdapter } from './adapter';
import { deviceAddress, NetBuffer, releaseBuffer, takeBuffer } from './buffer';
import { LOCAL_ADDRESS } from './config';
import { netCounters } from './counters';
import {
  createEndpoint,
  deleteEndpoint,
  Endpoint,
  endpointOf,
  keepDatagram,
  receiveList,
  takeDatagram,
} from './endpoint';
import { initializePolls, pollSockets, socketChanged } from './poll';
import { bindEndpoint, dataOf, sendUdp, UdpEndpoint, unbindEndpoint } from './udp';

/**
 * \Device\Afd: UDP sockets for programs. A receive takes the oldest datagram that waits, or waits in a queue itself until
 * one comes; a send is done as soon as its data has been copied into a frame buffer (N5.1, N5.2, N5.4). Requests of several threads
 * on one socket run side by side. At DISPATCH.
 */

/** What completion adds to the priority of the thread that waited. */
const NETWORK_INCREMENT: u32 = 2;
const afdDevice = changetype<Device>(memory.data(64, 4));

export function initializeAfd(): void {
  initializePolls();
  memory.fill(changetype<usize>(afdDevice), 0, DEVICE_BYTES);
  afdDevice.create = createSocket.index;
  afdDevice.flags = DEVICE_SIDE_BY_SIDE;
  afdDevice.cleanup = cleanUpSocket.index;
  afdDevice.close = closeSocket.index;
  afdDevice.control = controlSocket.index;
  afdDevice.boost = NETWORK_INCREMENT;
  registerDevice(afdDevice, '\\Device\\Afd');
}

function createSocket(file: File): u32 {
  file.context = changetype<usize>(createEndpoint());
  return file.context ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
}

function cleanUpSocket(file: File): void {
  const endpoint = endpointOf(file);
  unbindEndpoint(endpoint);
  socketChanged(endpoint);
}

function closeSocket(file: File): void {
  deleteEndpoint(endpointOf(file));
}

/** Every request to a socket. */
function controlSocket(device: Device, irp: Irp): u32 {
  const place = currentLocation(irp);
  if (place.code == IOCTL_AFD_BIND) return bind(irp, place);
  if (place.code == IOCTL_AFD_POLL) return pollSockets(irp, place.request, cleanUpSocket.index);
  const sending = place.code == IOCTL_AFD_SEND_DATAGRAM;
  if (!sending && place.code != IOCTL_AFD_RECEIVE_DATAGRAM) {
    return completeIrp(irp, STATUS_INVALID_DEVICE_REQUEST, 0);
  }
  const status = capture(place);
  if (status) return completeIrp(irp, status, 0);
  return sending ? send(irp, place) : receive(irp, place);
}

/** Copy the request structure into the stack location and check its buffer. */
function capture(place: StackLocation): u32 {
  const request = place.request;
  const status = probeWords(request, AFD_DATAGRAM_BYTES);
  if (status) return status;
  place.buffer = load<u32>(request + AFD_DATAGRAM_buffer);
  place.bytes = load<u32>(request + AFD_DATAGRAM_bytes);
  place.address = load<u32>(request + AFD_DATAGRAM_address);
  place.port = load<u32>(request + AFD_DATAGRAM_port);
  return probe(place.buffer, place.bytes);
}

function bind(irp: Irp, place: StackLocation): u32 {
  const request = place.request;
  let status = probeWords(request, AFD_BIND_BYTES);
  if (status) return completeIrp(irp, status, 0);
  const endpoint = endpointOf(irp.file);
  const address = load<u32>(request + AFD_BIND_address);
  const port = load<u32>(request + AFD_BIND_port);
  if (endpoint.port || port > 0xffff || (address && address != LOCAL_ADDRESS)) {
    return completeIrp(irp, STATUS_INVALID_PARAMETER, 0);
  }
  status = bindEndpoint(endpoint, port) ? STATUS_SUCCESS : STATUS_ADDRESS_ALREADY_EXISTS;
  if (!status) store<u32>(request + AFD_BIND_port, endpoint.port);
  return completeIrp(irp, status, 0);
}

function send(irp: Irp, place: StackLocation): u32 {
  const status = checkSend(irp, place);
  if (status) return completeIrp(irp, status, 0);
  const buffer = takeBuffer();
  if (!changetype<usize>(buffer)) {
    netCounters.noBuffer++;
    return completeIrp(irp, STATUS_INSUFFICIENT_RESOURCES, 0);
  }
  memory.copy(dataOf(buffer), place.buffer, place.bytes);
  hint2(TRACE_irp_buffer, irp.operation, deviceAddress(buffer));
  sendUdp(buffer, endpointOf(irp.file).port, place.address, place.port, place.bytes);
  return completeIrp(irp, STATUS_SUCCESS, place.bytes);
}

function checkSend(irp: Irp, place: StackLocation): u32 {
  if (!hasAdapter()) return STATUS_NETWORK_UNREACHABLE;
  if (place.bytes > AFD_MAXIMUM_DATAGRAM) return STATUS_INVALID_BUFFER_SIZE;
  if (!place.address || !place.port || place.port > 0xffff) return STATUS_INVALID_PARAMETER;
  const endpoint = endpointOf(irp.file);
  if (!endpoint.port && !bindEndpoint(endpoint, 0)) return STATUS_ADDRESS_ALREADY_EXISTS;
  return STATUS_SUCCESS;
}

function receive(irp: Irp, place: StackLocation): u32 {
  const endpoint = endpointOf(irp.file);
  if (!endpoint.port) return completeIrp(irp, STATUS_INVALID_PARAMETER, 0);
  const buffer = takeDatagram(endpoint);
  if (changetype<usize>(buffer)) return finishReceive(irp, place, buffer);
  return keepRequest(receiveList(endpoint), irp);
}

/** A datagram for a socket, from the protocol; true when the buffer was taken. */
export function datagramArrived(udp: UdpEndpoint, buffer: NetBuffer): bool {
  const endpoint = changetype<Endpoint>(changetype<usize>(udp));
  const irp = takeRequest(receiveList(endpoint));
  if (changetype<usize>(irp)) {
    finishReceive(irp, currentLocation(irp), buffer);
    return true;
  }
  if (!keepDatagram(endpoint, buffer)) {
    netCounters.queueFull++;
    return false;
  }
  socketChanged(endpoint);
  return true;
}

/** Receive and datagram have met: copy, release the frame, complete. */
function finishReceive(irp: Irp, place: StackLocation, buffer: NetBuffer): u32 {
  hint2(TRACE_irp_buffer, irp.operation, deviceAddress(buffer));
  const fits = buffer.dataBytes <= place.bytes;
  const bytes = fits ? buffer.dataBytes : place.bytes;
  memory.copy(place.buffer, buffer.data, bytes);
  store<u32>(place.request + AFD_DATAGRAM_address, buffer.address);
  store<u32>(place.request + AFD_DATAGRAM_port, buffer.port);
  releaseBuffer(buffer);
  return completeIrp(irp, fits ? STATUS_SUCCESS : STATUS_BUFFER_OVERFLOW, bytes);
}
