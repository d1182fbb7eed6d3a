/* Every error of the register documentation: provoked, seen by the driver, acknowledged, and a training step
 * after it. */
#include <inttypes.h>
#include <stdio.h>

#include "board.h"
#include "error_scenarios.h"
#include "machine.h"
#include "trap.h"

/* By one instruction of the core; the access fault that a refusal brings is caught. */
static int access(void* context, bus_access kind, uint32_t offset, unsigned bytes, uint32_t value) {
  (void)context;
  if (kind == BUS_WRITE_WITH_BYTE_ENABLES || bytes > 4) {
    return -1; /* the core's bus has neither byte enables nor bursts */
  }
  const uint32_t address = MACHINE_ACCELERATOR + offset;
  const uint32_t fault =
      kind == BUS_READ ? trap_try_read(address, bytes, &value) : trap_try_write(address, bytes, value);
  return fault == 0 ? 1 : 0;
}

int main(void) {
  static struct board board;
  int code = board_open(&board, "errors", 16);
  code = code == BOARD_PASS ? board_find_network(&board) : code;
  code = code == BOARD_PASS ? board_program(&board) : code;
  if (code != BOARD_PASS) {
    return code;
  }
  error_bench bench = {&board.chip, &board.network, access, NULL};
  uint32_t seen = 0;
  uint32_t unreachable = 0;
  uint32_t failed = 0;
  for (size_t i = 0; i < error_scenario_count(); ++i) {
    error_result result;
    char text[KIRCHHOFF_TEXT_BYTES];
    error_scenario_run(&bench, i, &result);
    const char* const name = kirchhoff_cause_name(result.cause);
    switch (result.outcome) {
      case ERROR_SEEN:
        ++seen;
        printf("  seen      %s\n", kirchhoff_error_text(&result.error, text, sizeof text));
        break;
      case ERROR_UNREACHABLE:
        ++unreachable;
        printf("  not here  %s: %s\n", name, result.why);
        break;
      case ERROR_FAILED:
        ++failed;
        printf("  FAILED    %s: %s; seen: %s\n", name, result.why,
               kirchhoff_error_text(&result.error, text, sizeof text));
        break;
    }
  }
  printf("%s: %" PRIu32 " errors seen, each followed by a training step; %" PRIu32
         " that cannot be provoked here; %" PRIu32 " failed\n",
         failed == 0 ? "PASS" : "FAIL", seen, unreachable, failed);
  return failed == 0 ? BOARD_PASS : BOARD_FAILED;
}
