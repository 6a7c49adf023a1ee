/*
 * What a C program for the machine needs: system calls, and short names for the most used ones. Freestanding; no library is linked.
 * Make a program of it with
 *
 *     clang --target=wasm32 -mbulk-memory -O2 -nostdlib -Wl,--no-entry,--global-base=2155876352,--export=__heap_base \
 *         -I <this folder> -o program.wasm program.c
 *
 * and run it with `nothread run program.wasm`. Nothing but the functions below marked NT_IMPORT is imported. The program begins
 * at `main`, on one thread; its stack is the one of WebAssembly's linear memory (-Wl,-z,stack-size=N), which is why it must not make
 * threads. It includes this file in one source file only.
 */
#ifndef NOTHREAD_H
#define NOTHREAD_H

#include "generated/syscalls.h"

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef int i32;
typedef long long i64;

#ifdef __cplusplus
#define NT_C extern "C"
#else
#define NT_C
#endif

#define NT_IMPORT(name) __attribute__((import_module("rv"), import_name(name)))
#define NT_EXPORT(name) __attribute__((export_name(name)))

/* The instruction ecall: number in a7, arguments in a0 to a5; the result is a0, an NTSTATUS. */
NT_C NT_IMPORT("ecall") u32 nt_ecall(u32 number, u32 a0, u32 a1, u32 a2, u32 a3, u32 a4, u32 a5);
/* A control and status register; the number is a constant. */
NT_C NT_IMPORT("csrRead") u32 nt_csr(u32 number);
/* First address behind the program: its heap may begin here. */
NT_C NT_IMPORT("imageEnd") u32 nt_image_end(void);

#define NT_ADDRESS(pointer) ((u32)(pointer))

static inline int nt_is_error(u32 status) { return status >> 30 == 3; }

/* Cycles since reset, low word. */
static inline u32 nt_cycles(void) { return nt_csr(0xc00); }

static inline u32 nt_length(const char *text) {
  u32 length = 0;
  while (text[length]) length++;
  return length;
}

/* Write text to the console. */
static inline void nt_write(const char *text) {
  nt_ecall(SYS_NtDisplayString, NT_ADDRESS(text), nt_length(text), 0, 0, 0, 0);
}

/* Write a number in base 10. */
static inline void nt_write_number(i32 value) {
  char digits[12];
  u32 at = sizeof digits - 1;
  u32 rest = value < 0 ? 0u - (u32)value : (u32)value;
  digits[at] = 0;
  do digits[--at] = (char)('0' + rest % 10);
  while (rest /= 10);
  if (value < 0) digits[--at] = '-';
  nt_write(digits + at);
}

/* End the program with an exit code from 0 to 255. */
static inline void nt_exit(i32 code) {
  nt_ecall(SYS_NtTerminateProcess, ~0u, (u32)code & 0xff, 0, 0, 0, 0);
  __builtin_unreachable();
}

/* Block for a time in nanoseconds; the kernel counts in steps of 100. */
static inline void nt_sleep(i64 nanoseconds) {
  i64 interval = -(nanoseconds / 100);
  nt_ecall(SYS_NtDelayExecution, 0, NT_ADDRESS(&interval), 0, 0, 0, 0);
}

/* Open a device by its UTF-16 name, such as u"\\Device\\Afd". Returns a handle, or 0. */
static inline u32 nt_open(const u16 *name, u32 options) {
  u32 handle = 0, length = 0;
  while (name[length]) length++;
  u32 status = nt_ecall(SYS_NtCreateFile, NT_ADDRESS(&handle), NT_ADDRESS(name), length * 2, options, 0, 0);
  return nt_is_error(status) ? 0 : handle;
}

/* A request for a device: IO_STATUS_BLOCK, then AFD_DATAGRAM (docs/system-calls.md). */
typedef struct {
  u32 status, information, operation;
  u32 buffer, bytes, address, port;
} nt_datagram;

/* Make a request of a device; `context` comes with the packet of its completion. Returns the status of the call. */
static inline u32 nt_control(u32 file, u32 context, u32 io_status, u32 code, u32 structure) {
  return nt_ecall(SYS_NtDeviceIoControlFile, file, 0, context, io_status, code, structure);
}

/* A UDP socket on a local port, 0 for any; `options` are those of nt_open. Returns a handle, or 0. */
static inline u32 nt_udp_open(u32 port, u32 options) {
  static const u16 name[] = {'\\', 'D', 'e', 'v', 'i', 'c', 'e', '\\', 'A', 'f', 'd', 0};
  u32 handle = nt_open(name, options);
  u32 io_status[3];
  u32 local[2] = {0, port};
  if (!handle) return 0;
  u32 status = nt_control(handle, 0, NT_ADDRESS(io_status), IOCTL_AFD_BIND, NT_ADDRESS(local));
  return nt_is_error(status) ? 0 : handle;
}

/* Wait for a datagram on a socket opened with FILE_SYNCHRONOUS_IO_NONALERT. Returns its length, or a negative status. */
static inline i32 nt_udp_receive(u32 socket, void *buffer, u32 bytes, nt_datagram *from) {
  from->buffer = NT_ADDRESS(buffer);
  from->bytes = bytes;
  u32 status = nt_control(socket, 0, NT_ADDRESS(from), IOCTL_AFD_RECEIVE_DATAGRAM, NT_ADDRESS(&from->buffer));
  return nt_is_error(status) ? (i32)status : (i32)from->information;
}

/* Send a datagram to where `to` came from. Returns its length, or a negative status. */
static inline i32 nt_udp_send(u32 socket, const void *buffer, u32 bytes, nt_datagram *to) {
  to->buffer = NT_ADDRESS(buffer);
  to->bytes = bytes;
  u32 status = nt_control(socket, 0, NT_ADDRESS(to), IOCTL_AFD_SEND_DATAGRAM, NT_ADDRESS(&to->buffer));
  return nt_is_error(status) ? (i32)status : (i32)to->information;
}

NT_C int main(void);

/* Where the kernel begins. */
NT_C NT_EXPORT("_start") void nt_start(void) {
  nt_exit(main());
}

#endif
