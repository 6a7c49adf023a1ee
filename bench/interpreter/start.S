# Runs kernel() `repeat` times, each hart on its own 16 KiB of stack at the end of the first mebibyte, leaves its result at 0x800ff000 and tells the finisher.
# The benchmark writes another number over `repeat`, the second word of the image.
  .section .init, "ax"
  .globl _start
_start:
  j 1f
repeat:
  .word 1
1: li sp, 0x800ff000
  slli t0, a0, 14
  sub sp, sp, t0
  la s0, repeat
  lw s0, 0(s0)
2: call kernel
  addi s0, s0, -1
  bnez s0, 2b
  li t0, 0x800ff000
  sw a0, 0(t0)
  li t0, 0x100000
  li t1, 0x5555
  sw t1, 0(t0)
3: j 3b
