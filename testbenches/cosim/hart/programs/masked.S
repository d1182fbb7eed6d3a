# WFI with mstatus.MIE = 0: ends when an enabled line is high, and no interrupt is taken.
.include "platform.inc"
start_with_handler
  li t0, 0x80
  csrw mie, t0
  li s3, CLINT + 0x4000
  sw zero, 4(s3)
  li t1, 50
  sw t1, 0(s3)
  wfi
behind:
  li t0, CLINT + 0xbff8
  lw a0, 0(t0)
  li t1, 50
  bltu a0, t1, early
  pass
  j .
early:
  fail 2
  j .
handler:
  fail 3
  j .
