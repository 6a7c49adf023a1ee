# Where the machine comes up: one stack per hart, then the kernel's own start.
#
# Each hart owns 32 KiB at the top of the kernel's 4 MiB window. At their top is its PRCB (hal/prcb.ts), whose address stays in tp
# while the hart is in the kernel; below it grows the stack of interrupts and DPCs; the lower half is the stack of the start, which
# becomes that of the idle thread.

.equ KERNEL_TOP, 0x80400000
.equ HART_STACK_SHIFT, 15
.equ PRCB_BYTES, 256
.equ INTERRUPT_STACK_BYTES, 16384
.equ MIE_SOFTWARE, 8

.section .text
.globl _boot
_boot:
    csrw mie, zero
    csrw mscratch, zero
    li   t0, 7                  # programs may read cycle, time and instret
    csrw mcounteren, t0
    csrr a0, mhartid
    slli t0, a0, HART_STACK_SHIFT
    li   tp, KERNEL_TOP - PRCB_BYTES
    sub  tp, tp, t0
    li   t0, INTERRUPT_STACK_BYTES
    sub  sp, tp, t0
    la   t0, trapEntry
    csrw mtvec, t0
    bnez a0, park
    call _initialize            # static initialisers of the compiled part
    csrr a0, mhartid
    call kernelStart            # does not return
    # Other harts wait for a software interrupt, which they do not take, and then for an address to go to.
park:
    li   t0, MIE_SOFTWARE
    csrw mie, t0
    wfi
    la   t0, hartEntry
    lw   t0, 0(t0)
    beqz t0, park
    csrr a0, mhartid
    jalr t0                     # does not return

.globl hartEntryAddress
hartEntryAddress:
    la   a0, hartEntry
    ret

.align 2
hartEntry:
    .word 0
