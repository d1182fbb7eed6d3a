# WFI with nothing that could ever wake it.
.globl _start
_start:
  wfi
  j _start
