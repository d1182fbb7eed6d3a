/* What interrupts and exceptions do. */
#ifndef TRAP_H
#define TRAP_H

#include <stdint.h>

/* Exit code of a program that ends with an exception nobody expected. */
#define TRAP_EXIT_CODE 5U

/* As trap_entry lays it down. */
struct trap_frame {
  uint32_t ra, t0, t1, t2, a0, a1, a2, a3, a4, a5, a6, a7, t3, t4, t5, t6;
  uint32_t sp, pc;
  uint32_t padding[2];
};

/* Called by the interrupt of the accelerator, of the timer; null: the interrupt is masked when it comes. */
typedef void (*trap_service)(void);
void trap_set_accelerator(trap_service service);
void trap_set_timer(trap_service service);

/* An access that may be refused: the exception is noted and the instruction skipped. `bytes` is 1, 2 or 4.
   0: it was done, else the cause of the exception (5 load, 7 store access fault; 4, 6 misaligned). */
uint32_t trap_try_read(uint32_t address, unsigned bytes, uint32_t* value);
uint32_t trap_try_write(uint32_t address, unsigned bytes, uint32_t value);

/* Did the stack ever reach its guard? For the end of a program. */
int trap_stack_overflowed(void);

#endif
