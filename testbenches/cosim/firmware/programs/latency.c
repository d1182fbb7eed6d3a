/* How long it takes: a register access, from the doorbell to the interrupt handler, from the end of a
 * descriptor to the handler, and back in the program. mtime has 100 ns. */
#include <inttypes.h>
#include <stdio.h>

#include "board.h"
#include "machine.h"
#include "riscv_hal.h"

enum { repetitions = 200, accesses = 1000 };

typedef struct series {
  const char* name;
  uint64_t least, most, sum;
  uint32_t count;
} series;

static void add(series* to, uint64_t ns) {
  to->least = to->count == 0 || ns < to->least ? ns : to->least;
  to->most = ns > to->most ? ns : to->most;
  to->sum += ns;
  ++to->count;
}

static void show(const series* of) {
  printf("%-34s %10s %10s %10s %5" PRIu32 "\n", of->name, duration(of->least),
         duration(of->sum / (of->count == 0 ? 1 : of->count)), duration(of->most), of->count);
}

int main(void) {
  static struct board board;
  const int opened = board_open(&board, "latency", 16);
  if (opened != BOARD_PASS) {
    return opened;
  }
  kirchhoff_device* const chip = &board.chip;

  series read = {"register read", 0, 0, 0, 0};
  for (uint32_t i = 0; i < repetitions / 10; ++i) {
    const uint64_t begin = machine_time_ns();
    for (uint32_t j = 0; j < accesses; ++j) {
      kirchhoff_read(chip, KRCH_HOST_STATUS);
    }
    add(&read, (machine_time_ns() - begin) / accesses);
  }

  series to_handler = {"doorbell to interrupt handler", 0, 0, 0, 0};
  series to_program = {"doorbell to return of wait", 0, 0, 0, 0};
  series chip_to_handler = {"end of descriptor to handler", 0, 0, 0, 0};
  const uint32_t before = riscv_interrupts;
  for (uint32_t i = 0; i < repetitions; ++i) {
    krch_descriptor_t barrier;
    krch_long_completion_t record;
    uint32_t tag = 0;
    kirchhoff_describe_barrier(&barrier);
    kirchhoff_queue(chip, &barrier, &tag);
    const uint32_t interrupts = riscv_interrupts;
    const uint64_t begin = machine_time_ns();
    kirchhoff_doorbell(chip);
    const int code = kirchhoff_wait(chip, tag, 1000000000, &record);
    const uint64_t end = machine_time_ns();
    if (code != KIRCHHOFF_OK) {
      return board_failure(&board, "a barrier", code);
    }
    if (riscv_interrupts == interrupts) {
      continue; /* done before the program slept: it saw the ring's head */
    }
    const uint64_t handler = riscv_interrupt_ticks * MACHINE_TICK_NS;
    add(&to_handler, handler - begin);
    add(&to_program, end - begin);
    const uint64_t chip_end = record.completion.time_ps / 1000;
    add(&chip_to_handler, handler > chip_end ? handler - chip_end : 0);
  }

  printf("%-34s %10s %10s %10s %5s\n", "", "min", "mean", "max", "n");
  show(&read);
  show(&to_handler);
  show(&chip_to_handler);
  show(&to_program);
  const int good = riscv_interrupts - before >= repetitions / 2 && to_handler.count > 0;
  printf("%s: %" PRIu32 " interrupts for %d doorbells\n", good ? "PASS" : "FAIL", riscv_interrupts - before,
         (int)repetitions);
  return good ? BOARD_PASS : BOARD_FAILED;
}
