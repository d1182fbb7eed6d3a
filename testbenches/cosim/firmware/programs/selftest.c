/* Is the chip whole? Registers of the host interface and of the sequencer by the core; every node's registers
 * and tables by self-test descriptors; and where an image lies in memory, cells of every tile of its network.
 */
#include <inttypes.h>
#include <stdio.h>

#include "board.h"
#include "machine.h"

static unsigned failures;

static void check(int good, const char* what) {
  if (!good) {
    ++failures;
    printf("  %s: FAILED\n", what);
  }
}

static void check_keeps(kirchhoff_device* chip, uint32_t offset, uint32_t mask, const char* name) {
  const uint32_t before = kirchhoff_read(chip, offset);
  int good = 1;
  for (unsigned i = 0; i < 2; ++i) {
    const uint32_t pattern = (i == 0 ? 0xa5a5a5a5U : 0x5a5a5a5aU) & mask;
    kirchhoff_write(chip, offset, pattern);
    good &= kirchhoff_read(chip, offset) == pattern;
  }
  kirchhoff_write(chip, offset, before);
  check(good && kirchhoff_read(chip, offset) == before, name);
}

static void check_registers(kirchhoff_device* chip) {
  check(kirchhoff_read(chip, KRCH_HOST_ID) == KRCH_IDENTIFICATION, "HOST_ID");
  check((kirchhoff_read(chip, KRCH_HOST_STATUS) & KRCH_HOST_STATUS_POWERED_MASK) != 0, "HOST_STATUS.POWERED");
  check_keeps(chip, KRCH_SEQ_INPUTS, UINT32_MAX, "SEQ_INPUTS");
  check_keeps(chip, KRCH_SEQ_CLASSES, UINT32_MAX, "SEQ_CLASSES");
  check_keeps(chip, KRCH_SEQ_OUTPUT_LSB, UINT32_MAX, "SEQ_OUTPUT_LSB");
  check_keeps(chip, KRCH_SEQ_GROUPS, UINT32_MAX, "SEQ_GROUPS");
  check_keeps(chip, KRCH_SEQ_TRANSFER_ROUTE, UINT32_MAX, "SEQ_TRANSFER_ROUTE");
  check_keeps(chip, KRCH_SEQ_TRANSFER_INTERVAL, UINT32_MAX, "SEQ_TRANSFER_INTERVAL");
  const uint64_t before = kirchhoff_count(chip, KIRCHHOFF_CYCLES);
  check(kirchhoff_barrier(chip, 1000000000) == KIRCHHOFF_OK, "a barrier");
  check(kirchhoff_count(chip, KIRCHHOFF_CYCLES) > before, "HOST_CYCLES counts");
  check(chip->interrupts > 0, "the interrupt");
}

/* All nodes at once: the ring holds their tests, and the last one interrupts. */
static void check_nodes(struct board* board) {
  kirchhoff_device* const chip = &board->chip;
  uint32_t checks = 0;
  uint32_t passed = 0;
  for (uint32_t node = 0; node < chip->info.nodes;) {
    uint32_t tags[64];
    uint32_t queued = 0;
    while (queued < 64 && node + queued < chip->info.nodes && kirchhoff_space(chip) > 0) {
      krch_descriptor_t work;
      kirchhoff_describe_self_test(&work, node + queued);
      kirchhoff_queue(chip, &work, &tags[queued]);
      ++queued;
    }
    kirchhoff_doorbell(chip);
    for (uint32_t i = 0; i < queued; ++i) {
      krch_long_completion_t record;
      char text[KIRCHHOFF_TEXT_BYTES];
      const int code = kirchhoff_wait(chip, tags[i], KIRCHHOFF_FOREVER, &record);
      const uint32_t row = (node + i) / chip->info.mesh_columns;
      const uint32_t column = (node + i) % chip->info.mesh_columns;
      if (code == KIRCHHOFF_OK || code == KIRCHHOFF_E_CHIP) {
        checks += record.completion.count;
        passed += record.completion.correct;
      }
      if (code != KIRCHHOFF_OK) {
        ++failures;
        printf("  node %" PRIu32 ",%" PRIu32 ": %s\n", row, column,
               code == KIRCHHOFF_E_CHIP ? kirchhoff_record_text(&record, text, sizeof text)
                                        : kirchhoff_code_text(code));
      }
    }
    node += queued;
  }
  printf("nodes: %" PRIu32 " of %" PRIu32 " checks passed on %" PRIu32 " nodes\n", passed, checks,
         chip->info.nodes);
}

/* First and last row that the network uses of each tile. */
static void check_cells(struct board* board) {
  uint32_t checks = 0;
  uint32_t passed = 0;
  for (uint32_t i = 0; i < board->network.image->tiles_count; ++i) {
    const kirchhoff_image_tile* const tile = &board->network.tiles[i];
    for (uint32_t row = 0; row<tile->rows; row += tile->rows> 1 ? tile->rows - 1 : 1) {
      krch_descriptor_t work;
      krch_long_completion_t record;
      char text[KIRCHHOFF_TEXT_BYTES];
      kirchhoff_describe_cell_test(&work, tile->node, row, tile->columns);
      const int code = kirchhoff_run(&board->chip, &work, KIRCHHOFF_FOREVER, &record);
      checks += record.completion.count;
      passed += record.completion.correct;
      if (code != KIRCHHOFF_OK) {
        ++failures;
        printf("  tile %" PRIu32 ", row %" PRIu32 ": %s\n", tile->node, row,
               kirchhoff_record_text(&record, text, sizeof text));
      }
    }
  }
  printf("cells: %" PRIu32 " of %" PRIu32 " checks passed on %" PRIu32 " tiles\n", passed, checks,
         board->network.image->tiles_count);
}

int main(void) {
  static struct board board;
  const int opened = board_open(&board, "selftest", 0);
  if (opened != BOARD_PASS) {
    return opened;
  }
  check_registers(&board.chip);
  printf("registers: %s\n", failures == 0 ? "as they should be" : "see above");
  check_nodes(&board);
  const kirchhoff_image* const image = (const kirchhoff_image*)(uintptr_t)MACHINE_IMAGE;
  if (image->magic == KIRCHHOFF_IMAGE_MAGIC) {
    int code = board_find_network(&board);
    code = code == BOARD_PASS ? board_program(&board) : code;
    if (code != BOARD_PASS) {
      return code;
    }
    check_cells(&board);
  } else {
    printf("cells: not tested, no network image lies in memory\n");
  }
  kirchhoff_error error;
  while (kirchhoff_take_error(&board.chip, &error)) {
  }
  printf("%s after %s\n", failures == 0 ? "PASS" : "FAIL", duration(machine_time_ns()));
  return failures == 0 ? BOARD_PASS : BOARD_FAILED;
}
