import { hint2 } from '../rv';
import { TRACE_syscall_enter, TRACE_syscall_exit } from '../generated/trace';
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
import { currentThread } from '../hal/prcb';
import { serveUser } from '../ke/userapc';
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
import { readFile, writeFile } from './transfer';

/**
 * System calls: from hal/trap.s, on the calling thread's kernel stack, at PASSIVE with interrupts on. Arguments and meanings
 * are in assembly/tables/syscalls.table.ts.
 */

export function systemCall(a0: u32, a1: u32, a2: u32, a3: u32, a4: u32, a5: u32, number: u32): u32 {
  const thread = currentThread();
  hint2(TRACE_syscall_enter, number, changetype<usize>(thread));
  thread.inCall = true;
  const status = serve(number, a0, a1, a2, a3, a4, a5);
  thread.inCall = false;
  hint2(TRACE_syscall_exit, number, status);
  return thread.userApcPending ? serveUser(status) : status;
}

function serve(number: u32, a0: u32, a1: u32, a2: u32, a3: u32, a4: u32, a5: u32): u32 {
  switch (number) {
    case SYS_NtDisplayString:
      return displayString(a0, a1);
    case SYS_NtTerminateProcess:
      return terminateProcess(a0, a1);
    case SYS_NtRaiseHardError:
      return raiseHardError(a0, a1, a2, a3, a4);
    case SYS_NtQuerySystemInformation:
      return querySystemInformation(a0, a1);
    case SYS_NtQueryPerformanceCounter:
      return queryPerformanceCounter(a0, a1);
    case SYS_NtClose:
      return closeHandle(a0);
    case SYS_NtDuplicateObject:
      return duplicateObject(a0, a1);
    case SYS_NtQueryParameter:
      return queryParameter(a0, a1);
    case SYS_NtCreateThreadEx:
      return createThreadCall(a0, a1, a2, a3, a4);
    case SYS_NtTerminateThread:
      return terminateThreadCall(a0, a1);
    case SYS_NtYieldExecution:
      return yieldExecution();
    case SYS_NtSuspendThread:
      return suspendThreadCall(a0, a1);
    case SYS_NtResumeThread:
      return resumeThreadCall(a0, a1);
    case SYS_NtGetContextThread:
      return getContextThread(a0, a1, a2);
    case SYS_NtDelayExecution:
      return delayExecution(a0, a1);
    case SYS_NtQueueApcThread:
      return queueApcThread(a0, a1, a2, a3, a4);
    case SYS_NtTestAlert:
      return testAlert();
    case SYS_NtAlertThread:
      return alertThread(a0);
    case SYS_NtContinue:
      return continueCall(a0, a1);
    case SYS_NtCreateEvent:
      return createEventCall(a0, a1, a2);
    case SYS_NtSetEvent:
      return setEventCall(a0, a1);
    case SYS_NtResetEvent:
      return resetEventCall(a0, a1);
    case SYS_NtCreateSemaphore:
      return createSemaphoreCall(a0, a1, a2);
    case SYS_NtReleaseSemaphore:
      return releaseSemaphoreCall(a0, a1, a2);
    case SYS_NtCreateMutant:
      return createMutantCall(a0, a1);
    case SYS_NtReleaseMutant:
      return releaseMutantCall(a0, a1);
    case SYS_NtCreateTimer:
      return createTimerCall(a0, a1);
    case SYS_NtSetTimer:
      return setTimerCall(a0, a1, a2, a3, a4, a5);
    case SYS_NtCancelTimer:
      return cancelTimerCall(a0, a1);
    case SYS_NtWaitForSingleObject:
      return waitForSingle(a0, a1, a2);
    case SYS_NtWaitForMultipleObjects:
      return waitForMultiple(a0, a1, a2, a3, a4);
    case SYS_NtCreateIoCompletion:
      return createIoCompletion(a0, a1);
    case SYS_NtSetIoCompletion:
      return setIoCompletion(a0, a1, a2, a3, a4);
    case SYS_NtRemoveIoCompletionEx:
      return removeIoCompletion(a0, a1, a2, a3, a4, a5);
    case SYS_NtQueryIoCompletion:
      return queryIoCompletion(a0, a1);
    case SYS_NtCreateWaitCompletionPacket:
      return createWaitPacketCall(a0);
    case SYS_NtAssociateWaitCompletionPacket:
      return associateWaitPacket(a0, a1, a2, a3, a4, a5);
    case SYS_NtCancelWaitCompletionPacket:
      return cancelWaitPacket(a0);
    case SYS_NtCreateFile:
      return createFileCall(a0, a1, a2, a3);
    case SYS_NtDeviceIoControlFile:
      return deviceIoControl(a0, a1, a2, a3, a4, a5);
    case SYS_NtSetInformationFile:
      return setInformationFile(a0, a1, a2, a3, a4);
    case SYS_NtQueryInformationFile:
      return queryInformationFile(a0, a1, a2, a3, a4);
    case SYS_NtCreateNamedPipeFile:
      return createNamedPipeFile(a0, a1, a2, a3, a4);
    case SYS_NtReadFile:
      return readFile(a0, a1, a2, a3, a4);
    case SYS_NtWriteFile:
      return writeFile(a0, a1, a2, a3, a4);
    case SYS_NtCancelIoFile:
      return cancelIoFile(a0);
    case SYS_NtCancelIoFileEx:
      return cancelIoFileEx(a0, a1);
    case SYS_NtCancelSynchronousIoFile:
      return cancelSynchronousIoFile(a0);
  }
  return STATUS_INVALID_SYSTEM_SERVICE;
}
