/* The HAL itself: memory pool, time-outs, interrupts with and without a handler, waits that must not miss
 * one. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "dma_pool.h"
#include "machine.h"
#include "riscv_hal.h"
#include "trap.h"

static unsigned failures;

#define CHECK(condition)                             \
  do {                                               \
    if (!(condition)) {                              \
      ++failures;                                    \
      printf("line %d: %s\n", __LINE__, #condition); \
    }                                                \
  } while (0)

static uint32_t random32(void) {
  static uint32_t state = 2463534242U;
  state ^= state << 13;
  state ^= state >> 17;
  state ^= state << 5;
  return state;
}

static int is_zero(const uint8_t* bytes, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    if (bytes[i] != 0) {
      return 0;
    }
  }
  return 1;
}

static void check_pool(void) {
  enum { most = 40 };
  static uint8_t* held[most];
  static uint32_t sizes[most];
  const size_t all = dma_pool_largest();
  CHECK(all > 16U << 20);
  CHECK(dma_pool_alloc(0) == NULL);
  CHECK(dma_pool_alloc(SIZE_MAX) == NULL);
  CHECK(dma_pool_alloc(all + 1) == NULL);
  void* const whole = dma_pool_alloc(1U << 20);
  CHECK(whole != NULL);
  dma_pool_free(whole);
  dma_pool_free(whole);
  dma_pool_free(NULL);
  for (uint32_t round = 0; round < 400; ++round) {
    const uint32_t i = random32() % most;
    if (held[i] != NULL) { /* nobody else has written into it */
      CHECK(held[i][0] == (uint8_t)i && held[i][sizes[i] - 1] == (uint8_t)i);
      dma_pool_free(held[i]);
      held[i] = NULL;
      continue;
    }
    sizes[i] = random32() % 700 + 1;
    held[i] = dma_pool_alloc(sizes[i]);
    CHECK(held[i] != NULL && (uintptr_t)held[i] % 64 == 0 && is_zero(held[i], sizes[i]));
    memset(held[i], (int)i, sizes[i]);
  }
  for (uint32_t i = 0; i < most; ++i) {
    dma_pool_free(held[i]);
  }
  CHECK(dma_pool_largest() == all); /* no piece was lost */
}

static void check_timeouts(const kirchhoff_hal* hal) {
  static const uint32_t timeouts[] = {0, 1, 100, 12345, 1000000};
  for (size_t i = 0; i < sizeof timeouts / sizeof timeouts[0]; ++i) {
    const uint64_t begin = hal->now(hal->context);
    CHECK(hal->wait_irq(hal->context, timeouts[i]) == -1);
    const uint64_t length = hal->now(hal->context) - begin;
    CHECK(length + MACHINE_TICK_NS >= timeouts[i] && length < timeouts[i] + 10000U);
  }
}

/* Refused accesses are skipped, whatever their size and the length of the instruction; the program goes on
 * behind. */
static void check_refused_accesses(void) {
  enum { load_fault = 5, store_fault = 7 };
  uint32_t value = 0;
  CHECK(trap_try_read(MACHINE_ACCELERATOR + KRCH_HOST_ID, 4, &value) == 0 && value == KRCH_IDENTIFICATION);
  CHECK(trap_try_read(MACHINE_ACCELERATOR + KRCH_HOST_DMA_BYTES_HIGH + 4, 4, &value) == load_fault &&
        value == 0);
  for (unsigned bytes = 1; bytes <= 2; ++bytes) {
    CHECK(trap_try_read(MACHINE_ACCELERATOR + KRCH_HOST_ID, bytes, &value) == load_fault);
    CHECK(trap_try_write(MACHINE_ACCELERATOR + KRCH_HOST_INTERRUPT_ENABLE, bytes, 7) == store_fault);
  }
  CHECK(trap_try_write(MACHINE_ACCELERATOR + KRCH_HOST_ID, 4, 0) == store_fault);
  CHECK(machine_read32(MACHINE_ACCELERATOR + KRCH_HOST_INTERRUPT_ENABLE) == 0);
  CHECK(machine_read32(MACHINE_ACCELERATOR + KRCH_HOST_ERROR_STATUS) == KRCH_HOST_ERROR_STATUS_BUS_MASK);
}

/* The interrupt comes before, in and after the look that precedes WFI: it is never slept through. */
static void check_waits(kirchhoff_device* chip, int handled) {
  for (uint32_t delay = 0; delay < 400; ++delay) {
    krch_descriptor_t barrier;
    uint32_t tag = 0;
    kirchhoff_describe_barrier(&barrier);
    CHECK(kirchhoff_queue(chip, &barrier, &tag) == KIRCHHOFF_OK);
    kirchhoff_doorbell(chip);
    for (volatile uint32_t i = 0; i < delay; ++i) {
    }
    CHECK(chip->hal.wait_irq(chip->hal.context, 100000000) == 0);
    if (!handled) {
      CHECK((kirchhoff_interrupt(chip) & KRCH_HOST_INTERRUPT_STATUS_RING_EMPTY_MASK) != 0);
    }
    CHECK(kirchhoff_poll(chip, tag, NULL) == KIRCHHOFF_OK);
  }
  /* What was served is over: nothing more comes. */
  CHECK(chip->hal.wait_irq(chip->hal.context, 100000) == -1);
}

/* The handler runs while the program computes, and finds an error that nobody waits for. */
static void check_error_in_passing(kirchhoff_device* chip) {
  const uint32_t before = riscv_interrupts;
  kirchhoff_write(chip, KRCH_SEQ_RING_ENTRIES, 1);
  for (volatile uint32_t i = 0; i < 10000 && riscv_interrupts == before; ++i) {
  }
  CHECK(riscv_interrupts == before + 1);
  CHECK(chip->errors == 1);
  kirchhoff_error error;
  CHECK(kirchhoff_take_error(chip, &error) == 1 && error.cause == KRCH_CAUSE_RING_SIZE);
  CHECK(kirchhoff_take_error(chip, &error) == 0);
}

int main(void) {
  static kirchhoff_device chip;
  const kirchhoff_hal* const hal = riscv_hal();
  check_pool();
  check_timeouts(hal);
  check_refused_accesses();
  CHECK(kirchhoff_open(&chip, hal, 4) == KIRCHHOFF_OK);
  check_waits(&chip, 0);
  riscv_hal_attach(&chip);
  check_waits(&chip, 1);
  check_timeouts(hal);
  check_error_in_passing(&chip);
  riscv_hal_attach(NULL);
  kirchhoff_close(&chip);
  printf("%s\n", failures == 0 ? "PASS" : "FAIL");
  return failures == 0 ? 0 : 1;
}
