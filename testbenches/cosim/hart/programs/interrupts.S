# Takes each kind of interrupt once: software, timer, and that of the accelerator, which is a level. The handler
# notes mcause and mepc, and brings the line down. Ends with a failure where one comes twice.
.include "platform.inc"
.equ INTERRUPT_STATUS, 0x20
.equ INTERRUPT_ENABLE, 0x24
.equ ERROR_STATUS, 0x28
.equ MTIMECMP, CLINT + 0x4000
.equ MTIME, CLINT + 0xbff8
start_with_handler
  li s0, RESULTS
  li s1, ACCELERATOR
  li s2, CLINT
  li s3, MTIMECMP
  li t0, 0x888
  csrw mie, t0

  # Software: pending before interrupts are allowed, so that it comes right behind csrsi.
  li t0, 1
  sw t0, 0(s2)
  li t1, 20000
1:addi t1, t1, -1               # beyond a quantum of 100 us
  bnez t1, 1b
  lw t0, 0(s2)
  csrsi mstatus, 8
after_software:
  nop

  # Timer, in WFI.
  li t0, MTIME
  lw t1, 0(t0)
  addi t1, t1, 100              # 10 us
  li t2, -1
  sw t2, 0(s3)
  sw zero, 4(s3)
  sw t1, 0(s3)
wait_timer:
  wfi
after_timer:
  nop

  # The accelerator's, in WFI: an error of ours that it reports.
  li t0, 2
  sw t0, INTERRUPT_ENABLE(s1)
store_read_only:
  sw t0, 0(s1)                  # a read-only register: store access fault, and an interrupt
  li t1, 20000                  # time enough to come twice
2:addi t1, t1, -1
  bnez t1, 2b
  li t0, RESULTS + 4 * 16
  bne s0, t0, wrong             # four traps, each once
  pass
  j .
wrong:
  fail 7
  j .

handler:
  csrr t4, mcause
  csrr t5, mepc
  sw t4, 0(s0)
  sw t5, 4(s0)
  csrr t6, mstatus
  sw t6, 8(s0)
  addi s0, s0, 16
  bltz t4, interrupt
  addi t5, t5, 4
  csrw mepc, t5
  mret
interrupt:
  andi t4, t4, 15
  li t5, 3
  beq t4, t5, software
  li t5, 7
  beq t4, t5, timer
  li t5, -1
  sw t5, ERROR_STATUS(s1)
  sw t5, INTERRUPT_STATUS(s1)
  mret
software:
  sw zero, 0(s2)
  mret
timer:
  li t5, -1
  sw t5, 4(s3)
  mret
