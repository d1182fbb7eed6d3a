# A checksum that takes 100 million instructions, for benchmarks.
.include "platform.inc"
.globl _start
_start:
  li a0, 0x9e3779b9
  li a1, 10000000
loop:
  slli t0, a0, 13
  xor a0, a0, t0
  srli t0, a0, 17
  xor a0, a0, t0
  slli t0, a0, 5
  xor a0, a0, t0
  addi a1, a1, -1
  bnez a1, loop
  li s0, RESULTS
  sw a0, 0(s0)
  pass
  j .
