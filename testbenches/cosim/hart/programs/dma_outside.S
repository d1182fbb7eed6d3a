# A descriptor whose data lie outside of RAM: an error status and an interrupt, and the program goes on.
.include "platform.inc"
.equ INTERRUPT_STATUS, 0x20
.equ INTERRUPT_ENABLE, 0x24
.equ ERROR_STATUS, 0x28
.equ RING_BASE, 0x1000
.equ RING_ENTRIES, 0x1008
.equ RING_TAIL, 0x1010
.equ DMA_ERROR, 2
.globl _start
_start:
  la t0, handler
  csrw mtvec, t0
  li s1, ACCELERATOR
  li s2, ACCELERATOR + RING_BASE
  la t0, ring
  sw t0, 0(s2)
  sw zero, 4(s2)
  li t0, 4
  sw t0, 8(s2)
  li t0, 2
  sw t0, INTERRUPT_ENABLE(s1)
  li t0, 0x800
  csrw mie, t0
  li t0, 1
  sw t0, RING_TAIL - RING_BASE(s2)
sleep:
  wfi
  lw a0, INTERRUPT_STATUS(s1)
  beqz a0, sleep
  lw a0, ERROR_STATUS(s1)
  li s0, RESULTS
  sw a0, 0(s0)
  andi a0, a0, DMA_ERROR
  beqz a0, wrong
  pass
  j .
wrong:
handler:
  fail 9
  j .
.balign 64
ring:
  .word 6                       # register writes
  .word 1                       # tag
  .word 1                       # one of them
  .word 0
  .word 0x20000000, 0           # where there is no memory
  .space 40
  .space 192
