# Takes 200,000 software interrupts.
.include "platform.inc"
start_with_handler
  li t0, 8
  csrw mie, t0
  csrsi mstatus, 8
  li s2, CLINT
  li s1, 200000
  li s3, 1
again:
  sw s3, 0(s2)
wait:
  wfi
  bnez s3, wait
  li s3, 1
  addi s1, s1, -1
  bnez s1, again
  pass
  j .
handler:
  sw zero, 0(s2)
  li s3, 0
  mret
