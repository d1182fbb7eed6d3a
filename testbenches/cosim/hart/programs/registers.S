# Reads and writes a register of the accelerator, a million times each.
.include "platform.inc"
.globl _start
_start:
  li a1, 1000000
  li s1, ACCELERATOR
loop:
  lw t0, 0(s1)
  sw t0, 0x24(s1)
  addi a1, a1, -1
  bnez a1, loop
  pass
  j .
