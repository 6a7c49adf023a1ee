# Each hart counts in memory under a reservation, traps now and then, and takes timer interrupts; hart 0 prints what is typed.
        .equ uart, 0x10000000
        .equ clint, 0x2000000
_start: csrr s3, mhartid
        la t0, trap
        csrw mtvec, t0
        la s1, word
        la s2, table
        slli t0, s3, 8
        add s2, s2, t0
        la sp, stacks
        slli t0, s3, 6
        add sp, sp, t0
        li t0, 0x80
        csrw mie, t0
        call arm
        csrsi mstatus, 8
loop:   lr.w t0, (s1)
        addi t0, t0, 1
        sc.w t1, t0, (s1)
        bnez t1, loop
        mul t2, t0, t0
        andi t1, t0, 0xfc
        add t1, t1, s2
        sw t2, (t1)
        andi t1, t0, 63
        bnez t1, 1f
        ecall
1:      bnez s3, loop
        li s0, uart
        lbu t0, 5(s0)
        andi t0, t0, 1
        beqz t0, loop
        lbu t0, 0(s0)
        sb t0, 0(s0)
        j loop
arm:    li t0, clint + 0xbff8
        lw t1, (t0)
        addi t1, t1, 30
        li t0, clint + 0x4000
        slli t2, s3, 3
        add t0, t0, t2
        sw t1, (t0)
        sw zero, 4(t0)
        ret
        .align 2
trap:   sw t0, 0(sp)
        sw t1, 4(sp)
        sw t2, 8(sp)
        sw ra, 12(sp)
        csrr t0, mcause
        bltz t0, timer
        csrr t0, mepc
        addi t0, t0, 4
        csrw mepc, t0
        j leave
timer:  call arm
leave:  lw t0, 0(sp)
        lw t1, 4(sp)
        lw t2, 8(sp)
        lw ra, 12(sp)
        mret
        .align 2
word:   .word 0
stacks: .space 512
table:  .space 2048
