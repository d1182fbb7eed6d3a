# Provokes every synchronous trap; the handler notes mcause, mepc, mtval and a0, and goes on behind it.
.include "platform.inc"
start_with_handler
  li s0, RESULTS
  li a0, 0x1234
  li a1, 0x50000000
load:
  lw a0, 8(a1)                  # load access fault, nothing there; a0 stays
store:
  sw a0, 12(a1)                 # store access fault
  li a1, FINISHER
device_load:
  lw a0, 0x10(a1)               # refused by the device; a0 stays
device_store:
  sw a0, 0x14(a1)
device_byte:
  lb a0, 0(a1)
call:
  ecall
break:
  ebreak
nothing:
  .word 0
reserved:
  .word 0xffffffff
no_csr:
  csrr a0, 0x7ff
atomic:
  li a1, 0x50000000
  amoadd.w a0, a0, (a1)
.option rvc
short_break:
  c.ebreak
  c.nop
.option norvc
  li a1, 0x60000000
  la ra, behind
jump:
  jr a1                         # instruction access fault, mepc is the target
behind:
  pass
  j .

handler:
  csrr t1, mcause
  csrr t2, mepc
  csrr t3, mtval
  sw t1, 0(s0)
  sw t2, 4(s0)
  sw t3, 8(s0)
  sw a0, 12(s0)
  addi s0, s0, 16
  li t0, 1
  beq t1, t0, to_caller
  addi t2, t2, 4
  csrw mepc, t2
  mret
to_caller:
  csrw mepc, ra
  mret
