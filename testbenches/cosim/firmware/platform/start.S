/* Start-up and trap entry, machine mode. Call frame information for the debugger, which sees through the trap. */

  /* .eh_frame is not linked. */
  .cfi_sections .debug_frame
  /* The assembler writes sizes of functions into the debug information that hold without relaxation only. */
  .option norelax

  .section .boot, "ax", @progbits
  .globl _boot
_boot:
  j     _start
  .align 2
  .word 0

  .text
  .globl _start
  .type _start, @function
_start:
  .cfi_startproc
  .cfi_undefined ra
  la    gp, __global_pointer$
  la    sp, __stack_top
  la    t0, __trap_stack_top
  csrw  mscratch, t0
  la    t0, trap_entry
  csrw  mtvec, t0
  csrw  mie, zero

  /* Where there is a PMP: the boot page may be read and executed, not written, so that the stack ends there.
     (4 KiB naturally aligned: address bits >> 2, ending in nine ones.) Locked, or machine mode would ignore it. */
  la    t0, 1f
  csrrw t1, mtvec, t0
  la    t0, __stack_guard
  srli  t0, t0, 2
  ori   t0, t0, 0x1ff
  csrw  pmpaddr0, t0
  li    t0, 0x9d              /* L, NAPOT, X, R */
  csrw  pmpcfg0, t0
  .align 2
1:
  csrw  mtvec, t1

  la    t0, __bss_begin
  la    t1, __bss_end
2:
  bgeu  t0, t1, 3f
  sw    zero, 0(t0)
  addi  t0, t0, 4
  j     2b
3:
  li    a0, 0
  li    a1, 0
  call  main
  call  exit
  .cfi_endproc
  .size _start, . - _start

/* Interrupts and exceptions, on a stack of their own: the interrupted one may be what has gone wrong. Frame, as struct
   trap_frame: 16 registers that C may change, then sp and pc of the interrupted program. */
  .section .text.trap, "ax", @progbits
  .align 2
  .globl trap_entry
  .type trap_entry, @function
trap_entry:
  .cfi_startproc simple
  .cfi_signal_frame
  .cfi_return_column 0x1341   /* DWARF has CSRs from 4096 on: mepc */
  .cfi_def_cfa sp, 0
  .cfi_val_offset sp, 0
  .cfi_remember_state
  csrrw sp, mscratch, sp      /* no interrupt nests: mscratch has the trap stack again when it is over */
  .cfi_register sp, 0x1340    /* mscratch */
  addi  sp, sp, -80
  .cfi_def_cfa sp, 80
  sw    ra,   0(sp)
  sw    t0,   4(sp)
  sw    t1,   8(sp)
  sw    t2,  12(sp)
  sw    a0,  16(sp)
  sw    a1,  20(sp)
  sw    a2,  24(sp)
  sw    a3,  28(sp)
  sw    a4,  32(sp)
  sw    a5,  36(sp)
  sw    a6,  40(sp)
  sw    a7,  44(sp)
  sw    t3,  48(sp)
  sw    t4,  52(sp)
  sw    t5,  56(sp)
  sw    t6,  60(sp)
  csrr  t0, mscratch
  sw    t0,  64(sp)
  csrr  t0, mepc
  sw    t0,  68(sp)
  .cfi_offset ra, -80
  .cfi_offset t0, -76
  .cfi_offset t1, -72
  .cfi_offset t2, -68
  .cfi_offset a0, -64
  .cfi_offset a1, -60
  .cfi_offset a2, -56
  .cfi_offset a3, -52
  .cfi_offset a4, -48
  .cfi_offset a5, -44
  .cfi_offset a6, -40
  .cfi_offset a7, -36
  .cfi_offset t3, -32
  .cfi_offset t4, -28
  .cfi_offset t5, -24
  .cfi_offset t6, -20
  .cfi_offset sp, -16
  .cfi_offset 0x1341, -12
  mv    a0, sp
  csrr  a1, mcause
  csrr  a2, mtval
  call  trap_handler
  lw    t0,  68(sp)
  csrw  mepc, t0
  lw    ra,   0(sp)
  lw    t0,   4(sp)
  lw    t1,   8(sp)
  lw    t2,  12(sp)
  lw    a0,  16(sp)
  lw    a1,  20(sp)
  lw    a2,  24(sp)
  lw    a3,  28(sp)
  lw    a4,  32(sp)
  lw    a5,  36(sp)
  lw    a6,  40(sp)
  lw    a7,  44(sp)
  lw    t3,  48(sp)
  lw    t4,  52(sp)
  lw    t5,  56(sp)
  lw    t6,  60(sp)
  addi  sp, sp, 80
  .cfi_def_cfa sp, 0
  csrrw sp, mscratch, sp
  .cfi_restore_state
  mret
  .cfi_endproc
  .size trap_entry, . - trap_entry
