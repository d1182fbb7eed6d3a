# A checksum that takes 100 million instructions, for benchmarks.
.include "platform.inc"
.globl _start
_start:
  li a0, 0x9e3779b9
  li a1, 10000000
loop:
  xorshift
  addi a1, a1, -1
  bnez a1, loop
  li s0, RESULTS
  sw a0, 0(s0)
  pass
  j .
