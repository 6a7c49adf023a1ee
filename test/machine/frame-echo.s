# Echoes UDP datagrams without an operating system: the smallest driver for virtio-net on one hart, sleeping between frames.
# Every frame is taken for IPv4 with UDP; it goes back with addresses and ports exchanged, which leaves the checksums right.

        .equ NIC, 0x10001000
        .equ PLIC_PRIORITY, 0x0c000004
        .equ PLIC_ENABLE, 0x0c002000
        .equ PLIC_CLAIM, 0x0c200004
        .equ QUEUE_SIZE, 4
        .equ BUFFER_BYTES, 2048
        .equ HEADER_BYTES, 12

# Set up queue \number whose rings begin at \rings: descriptors at 0, available ring at 64, used ring at 128.
        .macro queue number, rings
        li t0, \number
        sw t0, 0x30(s0)
        li t0, QUEUE_SIZE
        sw t0, 0x38(s0)
        la t0, \rings
        sw t0, 0x80(s0)
        addi t1, t0, 64
        sw t1, 0x90(s0)
        addi t1, t0, 128
        sw t1, 0xa0(s0)
        sw zero, 0x84(s0)
        sw zero, 0x94(s0)
        sw zero, 0xa4(s0)
        li t0, 1
        sw t0, 0x44(s0)
        .endm

# Exchange \count halfwords at \first and \second of the frame.
        .macro exchange first, second, count
        .rept \count
        lhu t0, \first+0(a0)
        lhu t1, \second+0(a0)
        sh t1, \first+0(a0)
        sh t0, \second+0(a0)
        addi a0, a0, 2
        .endr
        addi a0, a0, -2*\count
        .endm

_start: li s0, NIC
        sw zero, 0x70(s0)
        li t0, 3
        sw t0, 0x70(s0)
        li t0, 1
        sw t0, 0x24(s0)
        sw t0, 0x20(s0)
        sw zero, 0x24(s0)
        sw zero, 0x20(s0)
        li t0, 11
        sw t0, 0x70(s0)
        queue 0, receive
        queue 1, transmit
        li t0, 15
        sw t0, 0x70(s0)

        # Give every buffer to the receive queue.
        la s1, receive
        la t1, buffers
        mv t2, s1
        li t3, 0
        li t4, BUFFER_BYTES
        li t5, 2                # the device writes
        li t6, QUEUE_SIZE
1:      sw t1, 0(t2)
        sw t4, 8(t2)
        sh t5, 12(t2)
        slli t0, t3, 1
        add t0, t0, s1
        sh t3, 68(t0)
        add t1, t1, t4
        addi t2, t2, 16
        addi t3, t3, 1
        bne t3, t6, 1b
        li t0, QUEUE_SIZE
        sh t0, 66(s1)
        sw zero, 0x50(s0)

        la s2, transmit
        li s3, 0                # frames echoed
        li s4, PLIC_CLAIM
        li t0, PLIC_PRIORITY
        li t1, 1
        sw t1, 0(t0)
        li t0, PLIC_ENABLE
        li t1, 2
        sw t1, 0(t0)
        li t0, 0x800
        csrw mie, t0

sleep:  wfi
        lw s5, 0(s4)
        lw t0, 0x60(s0)
        sw t0, 0x64(s0)
        sw s5, 0(s4)

next:   lhu t0, 130(s1)
        slli t1, s3, 16
        srli t1, t1, 16
        beq t0, t1, sleep
        andi t1, s3, QUEUE_SIZE-1
        slli t1, t1, 3
        add t1, t1, s1
        lw s6, 132(t1)          # descriptor
        lw s7, 136(t1)          # bytes with header
        slli t0, s6, 4
        add t0, t0, s1
        lw s8, 0(t0)            # buffer

        addi a0, s8, HEADER_BYTES
        exchange 0, 6, 3
        exchange 26, 30, 2
        exchange 34, 36, 1
        sw zero, 0(s8)
        sw zero, 4(s8)
        sw zero, 8(s8)

        # Send it, and wait until the NIC has read it.
        sw s8, 0(s2)
        sw s7, 8(s2)
        sh zero, 12(s2)
        addi s3, s3, 1
        sh s3, 66(s2)
        li t0, 1
        sw t0, 0x50(s0)
        slli t1, s3, 16
        srli t1, t1, 16
2:      lhu t0, 130(s2)
        bne t0, t1, 2b

        # The buffer goes back to the receive queue.
        addi t0, s3, QUEUE_SIZE-1
        andi t1, t0, QUEUE_SIZE-1
        slli t1, t1, 1
        add t1, t1, s1
        sh s6, 68(t1)
        addi t0, t0, 1
        sh t0, 66(s1)
        sw zero, 0x50(s0)
        j next

        .bss
        .align 4
receive: .space 256
transmit: .space 256
buffers: .space QUEUE_SIZE*BUFFER_BYTES
