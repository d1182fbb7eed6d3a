#include "trap.h"

#include <stdio.h>

#include "machine.h"

enum { cause_interrupt = INT32_MIN, cause_timer = 7, cause_external = 11 };

extern char __stack_guard[], __stack_limit[], __stack_top[];

static trap_service accelerator_service;
static trap_service timer_service;

/* While an access may fail. */
static volatile uint32_t expecting;
static volatile uint32_t refused_with;

void trap_handler(struct trap_frame* frame, uint32_t cause, uint32_t value);

void trap_set_accelerator(trap_service service) {
  accelerator_service = service;
}
void trap_set_timer(trap_service service) {
  timer_service = service;
}

static void serve(trap_service service, uint32_t interrupt) {
  if (service != NULL) {
    service();
  } else {
    machine_mask(interrupt); /* or it would come again at once */
  }
}

static const char* exception_name(uint32_t cause) {
  static const char* const names[] = {"instruction address misaligned",
                                      "instruction access fault",
                                      "illegal instruction",
                                      "breakpoint",
                                      "load address misaligned",
                                      "load access fault",
                                      "store address misaligned",
                                      "store access fault"};
  return cause < sizeof names / sizeof names[0] ? names[cause] : "exception";
}

static _Noreturn void give_up(const struct trap_frame* frame, uint32_t cause, uint32_t value) {
  const uint32_t limit = (uint32_t)(uintptr_t)__stack_limit;
  const uint32_t top = (uint32_t)(uintptr_t)__stack_top;
  printf("\nTRAP %lu: %s at pc 0x%08lx, address 0x%08lx\n", (unsigned long)cause, exception_name(cause),
         (unsigned long)frame->pc, (unsigned long)value);
  printf("     ra 0x%08lx  sp 0x%08lx  a0 0x%08lx  a1 0x%08lx\n", (unsigned long)frame->ra,
         (unsigned long)frame->sp, (unsigned long)frame->a0, (unsigned long)frame->a1);
  const uint32_t guard = (uint32_t)(uintptr_t)__stack_guard;
  if (frame->sp < limit) {
    printf("     the stack has overflowed: %lu bytes, of which it may use %lu\n",
           (unsigned long)(top - frame->sp), (unsigned long)(top - limit));
  } else if (value >= guard && value < limit) {
    printf("     below the stack, in its guard\n");
  }
  machine_finish(TRAP_EXIT_CODE);
}

void trap_handler(struct trap_frame* frame, uint32_t cause, uint32_t value) {
  if ((cause & (uint32_t)cause_interrupt) != 0) {
    const uint32_t number = cause & ~(uint32_t)cause_interrupt;
    if (number == cause_external) {
      serve(accelerator_service, MACHINE_EXTERNAL_INTERRUPT);
      return;
    }
    if (number == cause_timer) {
      serve(timer_service, MACHINE_TIMER_INTERRUPT);
      return;
    }
  } else if (expecting && cause >= 4 && cause <= 7) {
    expecting = 0;
    refused_with = cause;
    frame->pc += (*(const uint16_t*)(uintptr_t)frame->pc & 3U) == 3U ? 4 : 2;
    return;
  }
  give_up(frame, cause, value);
}

static void expect(void) {
  refused_with = 0;
  expecting = 1;
}

static uint32_t outcome(void) {
  expecting = 0;
  return refused_with;
}

/* One instruction each: what may be skipped. */
uint32_t trap_try_read(uint32_t address, unsigned bytes, uint32_t* value) {
  uint32_t word = 0;
  expect();
  switch (bytes) {
    case 1:
      __asm__ volatile("lbu %0, 0(%1)" : "+r"(word) : "r"(address) : "memory");
      break;
    case 2:
      __asm__ volatile("lhu %0, 0(%1)" : "+r"(word) : "r"(address) : "memory");
      break;
    default:
      __asm__ volatile("lw %0, 0(%1)" : "+r"(word) : "r"(address) : "memory");
      break;
  }
  *value = word;
  return outcome();
}

uint32_t trap_try_write(uint32_t address, unsigned bytes, uint32_t value) {
  expect();
  switch (bytes) {
    case 1:
      __asm__ volatile("sb %0, 0(%1)" : : "r"(value), "r"(address) : "memory");
      break;
    case 2:
      __asm__ volatile("sh %0, 0(%1)" : : "r"(value), "r"(address) : "memory");
      break;
    default:
      __asm__ volatile("sw %0, 0(%1)" : : "r"(value), "r"(address) : "memory");
      break;
  }
  return outcome();
}

/* Loaded memory is 0 there, behind the few bytes of the boot code. Call frames are left below it only by
 * overflows. */
int trap_stack_overflowed(void) {
  const uint32_t* const limit = (const uint32_t*)(const void*)__stack_limit;
  for (const uint32_t* word = limit - 256; word < limit; ++word) {
    if (*word != 0) {
      return 1;
    }
  }
  return 0;
}
