#include "machine.h"

#define FINISHER_PASS 0x5555U
#define FINISHER_FAIL 0x3333U

_Noreturn void machine_finish(uint32_t code) {
  machine_write32(MACHINE_FINISHER, code == 0 ? FINISHER_PASS : code << 16 | FINISHER_FAIL);
  for (;;) {
    __asm__ volatile("wfi");
  }
}

uint64_t machine_ticks(void) {
  uint32_t high;
  uint32_t low;
  do { /* the upper word must not change between */
    high = machine_read32(MACHINE_MTIME + 4);
    low = machine_read32(MACHINE_MTIME);
  } while (machine_read32(MACHINE_MTIME + 4) != high);
  return (uint64_t)high << 32 | low;
}

uint64_t machine_time_ns(void) {
  return machine_ticks() * MACHINE_TICK_NS;
}

void machine_set_alarm(uint64_t ticks) {
  machine_write32(MACHINE_MTIMECMP + 4,
                  UINT32_MAX); /* no alarm while the low word is not the new one's yet */
  machine_write32(MACHINE_MTIMECMP, (uint32_t)ticks);
  machine_write32(MACHINE_MTIMECMP + 4, (uint32_t)(ticks >> 32));
}
