import { codeAddress } from '../rv';
import { serviceTable } from '../asm';
import {
  STATUS_INVALID_SYSTEM_SERVICE,
  SYS_NtAlertThread,
  SYS_NtAssociateWaitCompletionPacket,
  SYS_NtCancelIoFile,
  SYS_NtCancelIoFileEx,
  SYS_NtCancelSynchronousIoFile,
  SYS_NtCancelTimer,
  SYS_NtCancelWaitCompletionPacket,
  SYS_NtClose,
  SYS_NtContinue,
  SYS_NtCreateEvent,
  SYS_NtCreateFile,
  SYS_NtCreateIoCompletion,
  SYS_NtCreateMutant,
  SYS_NtCreateNamedPipeFile,
  SYS_NtCreateSemaphore,
  SYS_NtCreateThreadEx,
  SYS_NtCreateTimer,
  SYS_NtCreateWaitCompletionPacket,
  SYS_NtDelayExecution,
  SYS_NtDeviceIoControlFile,
  SYS_NtDisplayString,
  SYS_NtDuplicateObject,
  SYS_NtPulseEvent,
  SYS_NtQueryInformationFile,
  SYS_NtQueryIoCompletion,
  SYS_NtQueryParameter,
  SYS_NtQueryPerformanceCounter,
  SYS_NtQuerySystemInformation,
  SYS_NtQueueApcThread,
  SYS_NtRaiseHardError,
  SYS_NtReadFile,
  SYS_NtReleaseMutant,
  SYS_NtReleaseSemaphore,
  SYS_NtRemoveIoCompletionEx,
  SYS_NtResetEvent,
  SYS_NtSetEvent,
  SYS_NtSetInformationFile,
  SYS_NtQueryInformationThread,
  SYS_NtSetInformationThread,
  SYS_NtSetIoCompletion,
  SYS_NtSetTimer,
  SYS_NtGetContextThread,
  SYS_NtResumeThread,
  SYS_NtSuspendThread,
  SYS_NtTerminateProcess,
  SYS_NtTerminateThread,
  SYS_NtTestAlert,
  SYS_NtWaitForMultipleObjects,
  SYS_NtWaitForSingleObject,
  SYS_NtWriteFile,
  SYS_NtYieldExecution,
} from '../generated/syscalls';
import { closeHandle } from '../ob/handle';
import { alertThread, continueCall, queueApcThread, testAlert } from './apcs';
import {
  cancelIoFile,
  cancelIoFileEx,
  cancelSynchronousIoFile,
  createFileCall,
  createNamedPipeFile,
  deviceIoControl,
  queryInformationFile,
  setInformationFile,
} from './files';
import {
  createEventCall,
  createMutantCall,
  createSemaphoreCall,
  createTimerCall,
  cancelTimerCall,
  pulseEventCall,
  releaseMutantCall,
  releaseSemaphoreCall,
  resetEventCall,
  setEventCall,
  setTimerCall,
} from './objects';
import {
  associateWaitPacket,
  cancelWaitPacket,
  createIoCompletion,
  createWaitPacketCall,
  queryIoCompletion,
  removeIoCompletion,
  setIoCompletion,
} from './ports';
import {
  displayString,
  duplicateObject,
  queryParameter,
  queryPerformanceCounter,
  querySystemInformation,
  raiseHardError,
  terminateProcess,
} from './system';
import { getContextThread, resumeThreadCall, suspendThreadCall } from './suspend';
import {
  createThreadCall,
  delayExecution,
  terminateThreadCall,
  waitForMultiple,
  waitForSingle,
  yieldExecution,
} from './threads';
import { queryInformationThread, setInformationThread } from './threadinformation';
import { readFile, writeFile } from './transfer';

/**
 * The table of system calls, from which hal/trap.s calls on the calling thread's kernel stack, at PASSIVE with interrupts on; the arguments
 * are in their registers. Arguments and meanings are in assembly/tables/syscalls.table.ts.
 */

/** Numbers of calls are smaller; hal/trap.s has room for so many. */
const SERVICES: u32 = 128;

function provide(number: u32, routine: u32): void {
  store<usize>(serviceTable() + ((<usize>number) << 2), codeAddress(routine));
}

function unknownService(): u32 {
  return STATUS_INVALID_SYSTEM_SERVICE;
}

/** Before the first program. */
export function initializeServices(): void {
  for (let number: u32 = 0; number < SERVICES; number++) provide(number, unknownService.index);
  provide(SYS_NtDisplayString, displayString.index);
  provide(SYS_NtTerminateProcess, terminateProcess.index);
  provide(SYS_NtRaiseHardError, raiseHardError.index);
  provide(SYS_NtQuerySystemInformation, querySystemInformation.index);
  provide(SYS_NtQueryPerformanceCounter, queryPerformanceCounter.index);
  provide(SYS_NtClose, closeHandle.index);
  provide(SYS_NtDuplicateObject, duplicateObject.index);
  provide(SYS_NtQueryParameter, queryParameter.index);
  provide(SYS_NtCreateThreadEx, createThreadCall.index);
  provide(SYS_NtTerminateThread, terminateThreadCall.index);
  provide(SYS_NtYieldExecution, yieldExecution.index);
  provide(SYS_NtSetInformationThread, setInformationThread.index);
  provide(SYS_NtQueryInformationThread, queryInformationThread.index);
  provide(SYS_NtSuspendThread, suspendThreadCall.index);
  provide(SYS_NtResumeThread, resumeThreadCall.index);
  provide(SYS_NtGetContextThread, getContextThread.index);
  provide(SYS_NtDelayExecution, delayExecution.index);
  provide(SYS_NtQueueApcThread, queueApcThread.index);
  provide(SYS_NtTestAlert, testAlert.index);
  provide(SYS_NtAlertThread, alertThread.index);
  provide(SYS_NtContinue, continueCall.index);
  provide(SYS_NtCreateEvent, createEventCall.index);
  provide(SYS_NtSetEvent, setEventCall.index);
  provide(SYS_NtPulseEvent, pulseEventCall.index);
  provide(SYS_NtResetEvent, resetEventCall.index);
  provide(SYS_NtCreateSemaphore, createSemaphoreCall.index);
  provide(SYS_NtReleaseSemaphore, releaseSemaphoreCall.index);
  provide(SYS_NtCreateMutant, createMutantCall.index);
  provide(SYS_NtReleaseMutant, releaseMutantCall.index);
  provide(SYS_NtCreateTimer, createTimerCall.index);
  provide(SYS_NtSetTimer, setTimerCall.index);
  provide(SYS_NtCancelTimer, cancelTimerCall.index);
  provide(SYS_NtWaitForSingleObject, waitForSingle.index);
  provide(SYS_NtWaitForMultipleObjects, waitForMultiple.index);
  provide(SYS_NtCreateIoCompletion, createIoCompletion.index);
  provide(SYS_NtSetIoCompletion, setIoCompletion.index);
  provide(SYS_NtRemoveIoCompletionEx, removeIoCompletion.index);
  provide(SYS_NtQueryIoCompletion, queryIoCompletion.index);
  provide(SYS_NtCreateWaitCompletionPacket, createWaitPacketCall.index);
  provide(SYS_NtAssociateWaitCompletionPacket, associateWaitPacket.index);
  provide(SYS_NtCancelWaitCompletionPacket, cancelWaitPacket.index);
  provide(SYS_NtCreateFile, createFileCall.index);
  provide(SYS_NtDeviceIoControlFile, deviceIoControl.index);
  provide(SYS_NtSetInformationFile, setInformationFile.index);
  provide(SYS_NtQueryInformationFile, queryInformationFile.index);
  provide(SYS_NtCreateNamedPipeFile, createNamedPipeFile.index);
  provide(SYS_NtReadFile, readFile.index);
  provide(SYS_NtWriteFile, writeFile.index);
  provide(SYS_NtCancelIoFile, cancelIoFile.index);
  provide(SYS_NtCancelIoFileEx, cancelIoFileEx.index);
  provide(SYS_NtCancelSynchronousIoFile, cancelSynchronousIoFile.index);
}
