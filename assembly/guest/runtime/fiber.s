# The stack switch of fibers (fiber.ts). What a caller may expect to keep lies on the stack that is left: ra and s0 to s11.

.equ FRAME_BYTES, 64

.section .text

# swapFiber(save, next): write this stack's pointer to the word at `save`, and go on where the stack `next` was left.
.globl swapFiber
swapFiber:
    addi sp, sp, -FRAME_BYTES
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
    addi sp, sp, FRAME_BYTES
    ret
