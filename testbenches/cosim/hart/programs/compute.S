# A checksum that takes 10 million instructions or so, with an access to a device now and then.
.include "platform.inc"
.globl _start
_start:
  li a0, 0x9e3779b9
  li a1, 1000000
  li s1, UART
  li s2, 0xffff
loop:
  xorshift
  and t1, a1, s2
  bnez t1, next
  li t2, '.'
  sb t2, 0(s1)
next:
  addi a1, a1, -1
  bnez a1, loop
  li s0, RESULTS
  sw a0, 0(s0)
  pass
  j .
