# Hart 0 queues a DPC of importance High for hart 1 and posts a packet to a port on which hart 1 has parked a thread. Hart 1 takes
# both through the PLIC, at a threshold that first holds them back: IRQL is that threshold.

        .equ DPC_INSERT, 0x04000008
        .equ DPC_POP_1, 0x04001010
        .equ DPC_ROUTINE_1, 0x04001018
        .equ PORT_0, 0x04010000
        .equ PORT_1, 0x04010100
        .equ PRIORITIES, 0x0c000000
        .equ ENABLE_1, 0x0c002100
        .equ THRESHOLD_1, 0x0c202000
        .equ CLAIM_1, 0x0c202004
        .equ FINISHER, 0x00100000

_start: bnez a0, second

        # Hart 0: wait for the other one, queue the DPC, post the packet.
        la s0, results
1:      lw t0, ready
        beqz t0, 1b
        fence
        la t0, dpc
        li t1, DPC_INSERT
        amoswap.w t2, t0, (t1)
        sw t2, 0(s0)
        amoswap.w t2, t0, (t1)
        sw t2, 4(s0)
        li t1, PORT_0
        lw t0, port
        sw t0, 0(t1)
        la t0, packet
        addi t1, t1, 0x18
        amoswap.w t2, t0, (t1)
        sw t2, 8(s0)
        lw t2, -0x18+0x20(t1)
        sw t2, 12(s0)
        lw t2, -0x18+0x40(t1)
        sw t2, 16(s0)
        lw t2, -0x18+0x44(t1)
        sw t2, 20(s0)

        # A load of an exchange register and a store to a read-only one fault.
        la t0, fault
        csrw mtvec, t0
        li t1, DPC_INSERT
        lw t2, 0(t1)
        sw t2, 0x30-8(t1)
        fence
        li t0, 1
        sw t0, inserted, t1
2:      lw t0, done
        beqz t0, 2b
        li t0, FINISHER
        li t1, 0x5555
        sw t1, 0(t0)
3:      j 3b

fault:  lw t0, faults
        slli t0, t0, 8
        csrr t2, mcause
        or t0, t0, t2
        sw t0, faults, t2
        csrr t2, mepc
        addi t2, t2, 4
        csrw mepc, t2
        mret

        # Hart 1: park a thread, allow the DPC line, and hold it back by the threshold.
second: la s0, results
        li t1, PORT_1 + 0x10
        li t0, 1
        amoswap.w t2, t0, (t1)
        sw t2, port, t0
        sw t2, -0x10(t1)
        li t0, -1
        sw t0, -0x0c(t1)
        sw t0, -0x08(t1)
        la t0, thread
        addi t1, t1, 0x14
        amoswap.w t2, t0, (t1)
        sw t2, 24(s0)
        la t0, handler
        csrw mtvec, t0
        li t0, 2
        li t1, PRIORITIES + 4 * 33
        sw t0, 0(t1)
        li t1, ENABLE_1 + 4
        sw t0, 0(t1)
        li t1, THRESHOLD_1
        sw t0, 0(t1)
        li t0, 0x800
        csrw mie, t0
        csrsi mstatus, 8
        fence
        li t0, 1
        sw t0, ready, t1
1:      lw t0, inserted
        beqz t0, 1b
        lw t0, claimed
        sw t0, 28(s0)
        li t1, THRESHOLD_1
        li t0, 1
        sw t0, 0(t1)
2:      lw t0, claimed
        beqz t0, 2b
        fence
        li t0, 1
        sw t0, done, t1
3:      wfi
        j 3b

handler:
        li s1, CLAIM_1
        lw s2, 0(s1)
        sw s2, claimed, t0
4:      li t1, DPC_POP_1
        lw t0, 0(t1)
        beqz t0, 5f
        lw t2, 8(t1)
        jalr t2
        j 4b
5:      sw s2, 0(s1)
        mret

routine:
        lw t0, runs
        addi t0, t0, 1
        sw t0, runs, t2
        ret

        .data
        .balign 4
# Type and importance High, target hart 1.
dpc:      .word 0, 0x00020200, 0, routine, 0, 0, 0, 0
packet:   .space 16
thread:   .space 32
results:  .space 64
port:     .word 0
ready:    .word 0
inserted: .word 0
claimed:  .word 0
done:     .word 0
runs:     .word 0
faults:   .word 0
