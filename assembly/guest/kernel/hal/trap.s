# Traps and context switches (RISC-V privileged architecture 20240411, §3.1 and §3.3).
#
# mscratch holds the hart's PRCB while the hart runs user code and 0 while it runs kernel code, so that one swap tells where a
# trap comes from. A trap saves registers in a frame on the kernel stack it finds: the thread's own, or the hart's interrupt stack when
# interrupts nest. Interrupts and DPCs then run on the hart's interrupt stack. A system call is to the program what a function call is,
# so that pc, ra, sp and tp are all it saves; an interrupt saves all registers that compiled code may destroy; s0-s11 and gp are
# saved by a fault (for its report) and by a context switch only.
#
# Frame: word n is register xn; word 0 is mepc, word 32 mstatus, word 33 mcause.

.equ FRAME_BYTES, 144
.equ FRAME_STATUS, 128
.equ FRAME_CAUSE, 132
.equ CONTEXT_BYTES, 64

.equ PRCB_USER_STACK, 0
.equ PRCB_KERNEL_STACK, 4
.equ PRCB_DEPTH, 8
.equ PRCB_THREAD, 16
# Two bytes of a thread: user APCs or its end are due, the frame has been written to (ke/thread.ts).
.equ THREAD_RETURN_WORK, 56

.equ CAUSE_USER_CALL, 8
.equ STATUS_MIE, 8
.equ STATUS_MPIE, 0x80
.equ STATUS_MPP_HIGH, 0x1000

.equ TRACE_SYSCALL_ENTER, 0x46
.equ TRACE_SYSCALL_EXIT, 0x47
.equ SERVICES, 128
.equ STATUS_INVALID_SYSTEM_SERVICE, 0xc000001c

.section .text
.globl trapEntry
.align 2
trapEntry:
    csrrw tp, mscratch, tp
    bnez tp, fromUser
    csrrw tp, mscratch, zero    # from the kernel: its tp back, mscratch stays 0
    addi sp, sp, -FRAME_BYTES
    sw   t0, 20(sp)
    j    saveRegisters
fromUser:
    sw   sp, PRCB_USER_STACK(tp)
    lw   sp, PRCB_KERNEL_STACK(tp)
    addi sp, sp, -FRAME_BYTES
    sw   t0, 20(sp)
    csrr t0, mcause
    addi t0, t0, -CAUSE_USER_CALL
    beqz t0, userCall
    lw   t0, PRCB_USER_STACK(tp)
    sw   t0, 8(sp)
    csrrw t0, mscratch, zero
    sw   t0, 16(sp)             # the program's tp
saveRegisters:
    sw   ra, 4(sp)
    sw   t1, 24(sp)
    sw   t2, 28(sp)
    sw   a0, 40(sp)
    sw   a1, 44(sp)
    sw   a2, 48(sp)
    sw   a3, 52(sp)
    sw   a4, 56(sp)
    sw   a5, 60(sp)
    sw   a6, 64(sp)
    sw   a7, 68(sp)
    sw   t3, 112(sp)
    sw   t4, 116(sp)
    sw   t5, 120(sp)
    sw   t6, 124(sp)
    csrr t0, mepc
    sw   t0, 0(sp)
    csrr t1, mstatus
    sw   t1, FRAME_STATUS(sp)
    csrr t2, mcause
    sw   t2, FRAME_CAUSE(sp)
    bgez t2, fault

interrupt:
    sw   s0, 32(sp)
    mv   s0, sp
    lw   t0, PRCB_DEPTH(tp)
    addi t1, t0, 1
    sw   t1, PRCB_DEPTH(tp)
    bnez t0, nested
    mv   sp, tp                 # the outermost one leaves the thread's stack
nested:
    mv   a0, t2
    call interruptDispatch      # answers 0, or 1 + the IRQL to return to when more is to be done
    mv   sp, s0
    lw   t0, PRCB_DEPTH(tp)
    addi t0, t0, -1
    sw   t0, PRCB_DEPTH(tp)
    lw   s0, 32(sp)
    beqz a0, restore
    addi a0, a0, -1
    call serveDue               # on the thread's own stack; interrupts are off again on return

.globl restore
restore:
    lw   t0, 0(sp)
    csrw mepc, t0
    lw   t1, FRAME_STATUS(sp)
    csrw mstatus, t1
    lw   ra, 4(sp)
    lw   t2, 28(sp)
    lw   a0, 40(sp)
    lw   a1, 44(sp)
    lw   a2, 48(sp)
    lw   a3, 52(sp)
    lw   a4, 56(sp)
    lw   a5, 60(sp)
    lw   a6, 64(sp)
    lw   a7, 68(sp)
    lw   t3, 112(sp)
    lw   t4, 116(sp)
    lw   t5, 120(sp)
    lw   t6, 124(sp)
    li   t0, STATUS_MPP_HIGH
    and  t1, t1, t0
    beqz t1, toUser
    lw   t0, 20(sp)
    lw   t1, 24(sp)
    addi sp, sp, FRAME_BYTES
    mret
toUser:
    csrw mscratch, tp
    lw   t0, 20(sp)
    lw   t1, 24(sp)
    lw   tp, 16(sp)
    lw   sp, 8(sp)
    mret

    # A system call: on the thread's kernel stack, with interrupts on, through the table of sys/dispatch.ts. a0-a5 are in place.
userCall:
    lw   t0, PRCB_USER_STACK(tp)
    sw   t0, 8(sp)
    csrrw t0, mscratch, zero
    sw   t0, 16(sp)
    sw   ra, 4(sp)
    csrr t0, mepc
    addi t0, t0, 4
    sw   t0, 0(sp)
    li   t0, CAUSE_USER_CALL
    sw   t0, FRAME_CAUSE(sp)
    sw   a7, 68(sp)
    lw   t1, PRCB_THREAD(tp)
    csrsi mstatus, STATUS_MIE
    slt  zero, a7, t1
    slti zero, a7, TRACE_SYSCALL_ENTER
    li   t0, SERVICES
    bgeu a7, t0, unknown
    la   t0, services
    sh2add t0, a7, t0
    lw   t0, 0(t0)
    jalr t0
called:
    csrci mstatus, STATUS_MIE
    lw   t0, PRCB_THREAD(tp)
    lw   t1, 68(sp)
    lhu  t0, THREAD_RETURN_WORK(t0)
    slt  zero, t1, a0
    slti zero, t1, TRACE_SYSCALL_EXIT
    bnez t0, callWork
    lw   t0, 0(sp)
    csrw mepc, t0
    li   t0, STATUS_MPIE        # to user mode with interrupts on
    csrw mstatus, t0
    lw   ra, 4(sp)
    csrw mscratch, tp
    lw   tp, 16(sp)
    lw   sp, 8(sp)
    mret

unknown:
    li   a0, STATUS_INVALID_SYSTEM_SERVICE
    j    called

    # The program goes on elsewhere, or not at all: the whole frame counts.
callWork:
    csrsi mstatus, STATUS_MIE
    call leaveCall
    csrci mstatus, STATUS_MIE
    sw   a0, 40(sp)
    li   t0, STATUS_MPIE
    sw   t0, FRAME_STATUS(sp)
    j    restore

.globl serviceTable
serviceTable:
    la   a0, services
    ret

.align 2
services:
    .zero 4 * SERVICES

    # Any other exception: complete the frame, then let the kernel report it. It does not come back.
fault:
    sw   gp, 12(sp)
    sw   s0, 32(sp)
    sw   s1, 36(sp)
    sw   s2, 72(sp)
    sw   s3, 76(sp)
    sw   s4, 80(sp)
    sw   s5, 84(sp)
    sw   s6, 88(sp)
    sw   s7, 92(sp)
    sw   s8, 96(sp)
    sw   s9, 100(sp)
    sw   s10, 104(sp)
    sw   s11, 108(sp)
    mv   a0, sp
    mv   a1, t2
    csrr a2, mtval
    call exceptionDispatch
    j    restore

# swapContext(saved: usize, next: usize): interrupts are off.
.globl swapContext
swapContext:
    addi sp, sp, -CONTEXT_BYTES
    sw   ra, 0(sp)
    sw   s0, 4(sp)
    sw   s1, 8(sp)
    sw   s2, 12(sp)
    sw   s3, 16(sp)
    sw   s4, 20(sp)
    sw   s5, 24(sp)
    sw   s6, 28(sp)
    sw   s7, 32(sp)
    sw   s8, 36(sp)
    sw   s9, 40(sp)
    sw   s10, 44(sp)
    sw   s11, 48(sp)
    sw   gp, 52(sp)
    sw   sp, 0(a0)
    mv   sp, a1
    lw   ra, 0(sp)
    lw   s0, 4(sp)
    lw   s1, 8(sp)
    lw   s2, 12(sp)
    lw   s3, 16(sp)
    lw   s4, 20(sp)
    lw   s5, 24(sp)
    lw   s6, 28(sp)
    lw   s7, 32(sp)
    lw   s8, 36(sp)
    lw   s9, 40(sp)
    lw   s10, 44(sp)
    lw   s11, 48(sp)
    lw   gp, 52(sp)
    sc.w zero, ra, (sp)         # what the thread that leaves has reserved is not the other's
    addi sp, sp, CONTEXT_BYTES
    ret

# The first context switch to a thread arrives here; its first trap frame is next on the stack.
threadStart:
    call threadBegin
    j    restore

.globl threadStartAddress
threadStartAddress:
    la   a0, threadStart
    ret
