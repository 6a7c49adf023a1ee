# Drives the network card, the disk and the entropy source that it finds in the eight virtio-mmio slots, as any driver
# would, and prints what they answered. It runs alike on QEMU's virt board.

        .equ FIRST_SLOT, 0x10001000
        .equ PLIC, 0x0c000000
        .equ UART, 0x10000000
        .equ FINISHER, 0x00100000
        .equ NEXT, 1
        .equ WRITE, 2
        .equ INDIRECT, 4

# Make queue \number ready, with its rings at \rings: descriptors at 0, available ring at 128, used ring at 256.
        .macro queue number, rings
        li t0, \number
        sw t0, 0x30(s0)
        li t0, 8
        sw t0, 0x38(s0)
        la t0, \rings
        sw t0, 0x80(s0)
        addi t1, t0, 128
        sw t1, 0x90(s0)
        addi t1, t0, 256
        sw t1, 0xa0(s0)
        sw zero, 0x84(s0)
        sw zero, 0x94(s0)
        sw zero, 0xa4(s0)
        li t0, 1
        sw t0, 0x44(s0)
        .endm

# Write descriptor \index of a table.
        .macro describe table, index, address, bytes, flags, next
        la t0, \table
        la t1, \address
        sw t1, 16*\index(t0)
        sw zero, 16*\index+4(t0)
        li t1, \bytes
        sw t1, 16*\index+8(t0)
        li t1, \flags + \next*65536
        sw t1, 16*\index+12(t0)
        .endm

# Make the chain \head available and ring the bell of queue \number.
        .macro offer rings, head, number
        la t0, \rings
        lhu t1, 130(t0)
        andi t2, t1, 7
        slli t2, t2, 1
        add t2, t2, t0
        li t3, \head
        sh t3, 132(t2)
        addi t1, t1, 1
        fence
        sh t1, 130(t0)
        fence
        li t0, \number
        sw t0, 0x50(s0)
        .endm

# Wait until \count chains have come back.
        .macro await rings, count
        la t0, \rings
        li t2, \count
1:      lhu t1, 258(t0)
        bne t1, t2, 1b
        fence
        .endm

# Print text, or the word in a0 behind text.
        .macro say label
        la a0, \label
        jal print
        .endm

        .macro show label
        mv s1, a0
        la a0, \label
        jal print
        mv a0, s1
        jal printWord
        .endm

_start: la sp, stackEnd
        jal network
        jal disk
        jal entropy
        li t0, FINISHER
        li t1, 0x5555
        sw t1, 0(t0)
stop:   j stop

network:
        mv s11, ra
        li a0, 1
        jal find
        beqz s0, missing
        lw a0, 0x100(s0)
        show macText
        li a0, (1 << 28) | (1 << 15) | (1 << 5)
        jal negotiate
        show statusText
        queue 0, receiveRings
        queue 1, transmitRings
        jal live

        # An ARP request, its header in a descriptor of its own.
        describe receiveRings, 0, received, 1526, WRITE, 0
        offer receiveRings, 0, 0
        describe transmitRings, 0, header, 12, NEXT, 1
        describe transmitRings, 1, request, 42, 0, 0
        offer transmitRings, 0, 1
        await transmitRings, 1
        await receiveRings, 1
        jal showFrame
        jal interrupt

        # The same through an indirect table.
        describe receiveRings, 1, received, 1526, WRITE, 0
        offer receiveRings, 1, 0
        describe table, 0, header, 12, NEXT, 1
        describe table, 1, request, 42, 0, 0
        describe transmitRings, 2, table, 32, INDIRECT, 0
        offer transmitRings, 2, 1
        await transmitRings, 2
        await receiveRings, 2
        jal showFrame

        # A chain that loops.
        describe transmitRings, 3, header, 12, NEXT, 3
        offer transmitRings, 3, 1
1:      lw a0, 0x70(s0)
        andi t0, a0, 0x40
        beqz t0, 1b
        show statusText
        sw zero, 0x70(s0)
        lw a0, 0x70(s0)
        show statusText
        jr s11

# What came: number of buffers, and the ARP packet without its last two bytes.
showFrame:
        mv s10, ra
        la s2, received
        lhu a0, 10(s2)
        show buffersText
        addi s2, s2, 24
        li s3, 7
1:      lw a0, 0(s2)
        show wordText
        addi s2, s2, 4
        addi s3, s3, -1
        bnez s3, 1b
        jr s10

# Claim the interrupt of this slot, acknowledge it, and see it gone.
interrupt:
        mv s10, ra
        li t0, FIRST_SLOT
        sub t0, s0, t0
        srli t0, t0, 12
        addi s2, t0, 1
        li t1, PLIC
        slli t0, s2, 2
        add t0, t0, t1
        li t1, 1
        sw t1, 0(t0)
        sll t1, t1, s2
        li t0, PLIC + 0x2000
        sw t1, 0(t0)
        li s3, PLIC + 0x200000
        sw zero, 0(s3)
        lw a0, 4(s3)
        sub a0, a0, s2
        show claimText
        lw a0, 0x60(s0)
        sw a0, 0x64(s0)
        show reasonText
        sw s2, 4(s3)
        lw a0, 4(s3)
        show claimText
        lw a0, 0x60(s0)
        show reasonText
        jr s10

disk:   mv s11, ra
        li a0, 2
        jal find
        beqz s0, missing
        lw a0, 0x100(s0)
        show capacityText
        li a0, (1 << 28) | (1 << 9)
        jal negotiate
        show statusText
        queue 0, diskRings
        jal live
        describe diskRings, 0, operation, 16, NEXT, 1
        describe diskRings, 2, answer, 1, WRITE, 0

        # Read sector 1, write sector 2, read it back.
        li a0, 0
        li a1, 1
        jal operate
        describe diskRings, 1, sector, 512, NEXT + WRITE, 2
        offer diskRings, 0, 0
        await diskRings, 1
        jal showAnswer
        la t0, diskRings
        lw a0, 264(t0)
        show bytesText
        la t0, sector
        li t1, 0x12345678
        sw t1, 508(t0)
        li a0, 1
        li a1, 2
        jal operate
        describe diskRings, 1, sector, 512, NEXT, 2
        offer diskRings, 0, 0
        await diskRings, 2
        jal showAnswer
        la t0, sector
        sw zero, 508(t0)
        li a0, 0
        li a1, 2
        jal operate
        describe diskRings, 1, sector, 512, NEXT + WRITE, 2
        offer diskRings, 0, 0
        await diskRings, 3
        jal showAnswer

        # Beyond the disk, and an operation that does not exist.
        li a0, 0
        li a1, 0x100000
        jal operate
        offer diskRings, 0, 0
        await diskRings, 4
        jal showAnswer
        li a0, 99
        li a1, 0
        jal operate
        offer diskRings, 0, 0
        await diskRings, 5
        jal showAnswer
        jr s11

# The next request: type a0, sector a1.
operate:
        la t0, operation
        sw a0, 0(t0)
        sw zero, 4(t0)
        sw a1, 8(t0)
        sw zero, 12(t0)
        la t0, answer
        li t1, 0xff
        sb t1, 0(t0)
        ret

# Status, and first and last word of the sector.
showAnswer:
        mv s10, ra
        la s2, answer
        lbu a0, 0(s2)
        show answerText
        la s2, sector
        lw a0, 0(s2)
        show wordText
        lw a0, 508(s2)
        show wordText
        jr s10

entropy:
        mv s11, ra
        li a0, 4
        jal find
        beqz s0, missing
        li a0, 0
        jal negotiate
        show statusText
        queue 0, entropyRings
        jal live
        describe entropyRings, 0, sector, 64, WRITE, 0
        offer entropyRings, 0, 0
        await entropyRings, 1
        la t0, entropyRings
        lw a0, 264(t0)
        show bytesText
        jr s11

missing:
        say missingText
        jr s11

# Find the device of kind a0: s0 is its base, or 0.
find:   li s0, FIRST_SLOT
        li t0, 8
        li t3, 0x1000
        li t4, 0x74726976
1:      lw t1, 0(s0)
        bne t1, t4, 2f
        lw t1, 4(s0)
        addi t1, t1, -2
        bnez t1, 2f
        lw t1, 8(s0)
        beq t1, a0, 3f
2:      add s0, s0, t3
        addi t0, t0, -1
        bnez t0, 1b
        li s0, 0
3:      ret

# Accept those of the features a0 that are offered, and VERSION_1; a0 becomes the status.
negotiate:
        sw zero, 0x70(s0)
        li t0, 1
        sw t0, 0x70(s0)
        li t0, 3
        sw t0, 0x70(s0)
        sw zero, 0x14(s0)
        lw t1, 0x10(s0)
        and a0, a0, t1
        sw zero, 0x24(s0)
        sw a0, 0x20(s0)
        li t0, 1
        sw t0, 0x14(s0)
        lw t1, 0x10(s0)
        and t1, t1, t0
        sw t0, 0x24(s0)
        sw t1, 0x20(s0)
        li t0, 11
        sw t0, 0x70(s0)
        lw a0, 0x70(s0)
        ret

live:   li t0, 15
        sw t0, 0x70(s0)
        ret

# Print the text at a0.
print:  li t0, UART
1:      lbu t1, 0(a0)
        beqz t1, 2f
        sb t1, 0(t0)
        addi a0, a0, 1
        j 1b
2:      ret

# Print a0 in hexadecimal, and a line end.
printWord:
        li t0, UART
        li t1, 8
1:      srli t2, a0, 28
        slli a0, a0, 4
        addi t2, t2, 48
        li t3, 58
        bltu t2, t3, 2f
        addi t2, t2, 39
2:      sb t2, 0(t0)
        addi t1, t1, -1
        bnez t1, 1b
        li t2, 10
        sb t2, 0(t0)
        ret

        .data
macText:      .asciz "address "
statusText:   .asciz "status "
buffersText:  .asciz "buffers "
wordText:     .asciz "  "
claimText:    .asciz "claimed "
reasonText:   .asciz "reason "
capacityText: .asciz "capacity "
bytesText:    .asciz "bytes "
answerText:   .asciz "answer "
missingText:  .asciz "missing\n"

        .balign 4
header: .space 12
request:
        .byte 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x52, 0x54, 0x00, 0x12, 0x34, 0x56, 0x08, 0x06
        .byte 0, 1, 8, 0, 6, 4, 0, 1, 0x52, 0x54, 0x00, 0x12, 0x34, 0x56, 10, 0, 2, 15
        .byte 0, 0, 0, 0, 0, 0, 10, 0, 2, 2
        .balign 16
receiveRings:  .space 512
transmitRings: .space 512
diskRings:     .space 512
entropyRings:  .space 512
table:         .space 64
operation:     .space 16
answer:        .space 16
sector:        .space 512
received:      .space 1536
               .space 256
stackEnd:
