# An illegal instruction, and nobody to handle it.
.globl _start
_start:
  nop
broken:
  .word 0xffffffff
