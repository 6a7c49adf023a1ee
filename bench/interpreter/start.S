# Runs kernel() on a stack at the end of the first mebibyte and hands its result to the finisher: PASS with the checksum at 0x800ff000.
  .section .init, "ax"
  .globl _start
_start:
  li sp, 0x800ff000
  call kernel
  li t0, 0x800ff000
  sw a0, 0(t0)
  li t0, 0x100000
  li t1, 0x5555
  sw t1, 0(t0)
1: j 1b
