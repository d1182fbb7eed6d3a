# Calls a function until the first word of RESULTS is not 0, and returns what it returned last. Somebody else
# rewrites its code meanwhile.
.include "platform.inc"
.globl _start, function
.option norvc
_start:
  li s0, RESULTS
again:
  jal function
  sw a0, 4(s0)
  lw t0, 0(s0)
  beqz t0, again
  pass
  j .
function:
  li a0, 1
  ret
