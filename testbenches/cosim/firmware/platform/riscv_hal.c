#include "riscv_hal.h"

#include "dma_pool.h"
#include "machine.h"
#include "trap.h"

volatile uint32_t riscv_interrupts;
volatile uint64_t riscv_interrupt_ticks;

static kirchhoff_device* attached;
static volatile uint32_t taken; /* interrupts of the accelerator since wait_irq last returned */
static volatile uint32_t alarm_rang;

void accelerator_interrupt(void) {
  riscv_interrupt_ticks = machine_ticks();
  ++riscv_interrupts;
  ++taken;
  if (attached != NULL) {
    kirchhoff_interrupt(attached);
  } else {
    machine_mask(MACHINE_EXTERNAL_INTERRUPT); /* the driver acknowledges when wait_irq returns */
  }
}

static void timer_interrupt(void) {
  machine_mask(MACHINE_TIMER_INTERRUPT);
  alarm_rang = 1;
}

static uint32_t read32(void* context, uint32_t offset) {
  (void)context;
  const uint32_t value = machine_read32(MACHINE_ACCELERATOR + offset);
  __asm__ volatile("fence i, r" : : : "memory"); /* before what the accelerator wrote is read */
  return value;
}

static void write32(void* context, uint32_t offset, uint32_t value) {
  (void)context;
  __asm__ volatile("fence w, o" : : : "memory"); /* after what the accelerator will read */
  machine_write32(MACHINE_ACCELERATOR + offset, value);
}

/* Between the look at `taken` and wfi no interrupt is taken, but wfi ends for one that is pending: none is
   missed. It is taken in the moment in which interrupts are enabled. */
static int wait_irq(void* context, uint64_t timeout_ns) {
  (void)context;
  const uint64_t now = machine_ticks();
  const uint64_t ticks = timeout_ns / MACHINE_TICK_NS + (timeout_ns % MACHINE_TICK_NS != 0 ? 1 : 0);
  const uint32_t enabled = machine_disable_interrupts();
  alarm_rang = 0;
  machine_unmask(MACHINE_EXTERNAL_INTERRUPT);
  if (timeout_ns != KIRCHHOFF_FOREVER) {
    machine_set_alarm(now + ticks);
    machine_unmask(MACHINE_TIMER_INTERRUPT);
  }
  while (taken == 0 && !alarm_rang) {
    __asm__ volatile("wfi" : : : "memory");
    machine_enable_interrupts();
    machine_disable_interrupts();
  }
  machine_mask(MACHINE_TIMER_INTERRUPT);
  const int result = taken != 0 ? 0 : -1;
  taken = 0;
  if (enabled != 0) {
    machine_enable_interrupts();
  }
  return result;
}

/* The accelerator sees memory as the core does. */
static void* dma_alloc(void* context, size_t bytes, uint32_t* bus_address) {
  (void)context;
  void* const memory = dma_pool_alloc(bytes);
  *bus_address = (uint32_t)(uintptr_t)memory;
  return memory;
}

static void dma_free(void* context, void* memory) {
  (void)context;
  dma_pool_free(memory);
}

static uint64_t now(void* context) {
  (void)context;
  return machine_time_ns();
}

const kirchhoff_hal* riscv_hal(void) {
  static const kirchhoff_hal hal = {NULL, read32, write32, wait_irq, dma_alloc, dma_free, now};
  trap_set_accelerator(accelerator_interrupt);
  trap_set_timer(timer_interrupt);
  machine_set_alarm(UINT64_MAX);
  return &hal;
}

void riscv_hal_attach(kirchhoff_device* device) {
  machine_disable_interrupts();
  attached = device;
  if (device != NULL) {
    kirchhoff_use_handler(device, 1);
    machine_unmask(MACHINE_EXTERNAL_INTERRUPT);
    machine_enable_interrupts();
  }
}
