/* The machine that the firmware runs on: a RISC-V core with the chip beside it. CPU, memory, UART, timer and
 * finisher lie where QEMU's virt machine has them, so that what does not touch the chip runs there, too. */
#ifndef MACHINE_H
#define MACHINE_H

#include <stdint.h>

#define MACHINE_FINISHER 0x00100000U
#define MACHINE_MTIMECMP 0x02004000U
#define MACHINE_MTIME 0x0200bff8U
#define MACHINE_TICK_NS 100U /* mtime counts at 10 MHz */
#define MACHINE_UART 0x10000000U
#define MACHINE_ACCELERATOR 0x40000000U
#define MACHINE_IMAGE 0x82000000U /* where a network image is loaded */
#define MACHINE_IMAGE_BYTES 0x02000000U

static inline uint32_t machine_read32(uint32_t address) {
  return *(volatile uint32_t*)(uintptr_t)address;
}
static inline void machine_write32(uint32_t address, uint32_t value) {
  *(volatile uint32_t*)(uintptr_t)address = value;
}

/* mstatus.MIE; the first returns what it was. */
static inline uint32_t machine_disable_interrupts(void) {
  uint32_t before;
  __asm__ volatile("csrrci %0, mstatus, 8" : "=r"(before) : : "memory");
  return before & 8U;
}
static inline void machine_enable_interrupts(void) {
  __asm__ volatile("csrsi mstatus, 8" : : : "memory");
}

/* Bits of mie. */
#define MACHINE_TIMER_INTERRUPT (1U << 7)
#define MACHINE_EXTERNAL_INTERRUPT (1U << 11)
static inline void machine_unmask(uint32_t bits) {
  __asm__ volatile("csrs mie, %0" : : "r"(bits) : "memory");
}
static inline void machine_mask(uint32_t bits) {
  __asm__ volatile("csrc mie, %0" : : "r"(bits) : "memory");
}

/* Ends the program; 0: pass. Simulators leave with this code. */
_Noreturn void machine_finish(uint32_t code);

/* mtime, in ticks and ns. */
uint64_t machine_ticks(void);
uint64_t machine_time_ns(void);
/* The timer interrupt comes as soon as mtime has reached this; UINT64_MAX: never. */
void machine_set_alarm(uint64_t ticks);

#endif
