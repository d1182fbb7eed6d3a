# A recursion without end whose stack grows down into the handler of traps.
.include "platform.inc"
.globl _start
_start:
  la t0, handler
  csrw mtvec, t0
  la sp, stack
  jal deeper
deeper:
  addi sp, sp, -16
  sw ra, 0(sp)
  sw ra, 4(sp)
  sw ra, 8(sp)
  sw ra, 12(sp)
  la t0, limit
  bgtu sp, t0, deeper
  .word 0                       # whatever traps next
limit:
.balign 64
handler:
  li t0, 1
  j handler
.space 4096
stack:
