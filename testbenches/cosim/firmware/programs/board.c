#include "board.h"

#include <inttypes.h>
#include <stdio.h>

#include "machine.h"
#include "riscv_hal.h"

int board_failure(struct board* board, const char* what, int code) {
  char text[KIRCHHOFF_TEXT_BYTES];
  kirchhoff_error error;
  printf("%s: %s", what, kirchhoff_code_text(code));
  if (board != NULL && kirchhoff_take_error(&board->chip, &error)) {
    printf(": %s", kirchhoff_error_text(&error, text, sizeof text));
  }
  printf("\nFAIL\n");
  return BOARD_FAILED;
}

int board_open(struct board* board, const char* program, uint32_t ring_entries) {
  const int code = kirchhoff_open(&board->chip, riscv_hal(), ring_entries);
  if (code != KIRCHHOFF_OK) {
    return board_failure(NULL, program, code);
  }
  riscv_hal_attach(&board->chip);
  const kirchhoff_info* const info = &board->chip.info;
  printf("%s: chip of %" PRIu32 " x %" PRIu32 " tiles with %" PRIu32 " x %" PRIu32
         " cells, register map %" PRIu32 ".%" PRIu32 ", ring of %" PRIu32 "%s\n",
         program, info->mesh_rows, info->mesh_columns, info->tile_rows, info->tile_columns,
         info->version >> 16, info->version & 0xffffU, board->chip.entries,
         info->ideal ? ", ideal cells" : "");
  return BOARD_PASS;
}

int board_find_network(struct board* board) {
  char text[KIRCHHOFF_TEXT_BYTES];
  const kirchhoff_image* const image = (const kirchhoff_image*)(uintptr_t)MACHINE_IMAGE;
  const int code =
      kirchhoff_network_open(&board->network, &board->chip, image, MACHINE_IMAGE_BYTES, MACHINE_IMAGE, text);
  if (code != KIRCHHOFF_OK) {
    printf("at 0x%08" PRIx32 ": %s\nFAIL\n", (uint32_t)MACHINE_IMAGE, text);
    return BOARD_BAD_INPUT;
  }
  printf("image: %" PRIu32 " inputs, %" PRIu32 " classes, %" PRIu32 " tiles, %" PRIu32 " epochs of %" PRIu32
         " examples, %" PRIu32 " for the test, %" PRIu32 " KiB\n",
         image->inputs, image->classes, image->tiles_count, image->epochs_count, image->train.count,
         image->test.count, (image->bytes + 1023U) / 1024U);
  return BOARD_PASS;
}

int board_program(struct board* board) {
  const int code = kirchhoff_network_program(&board->network, KIRCHHOFF_FOREVER);
  return code == KIRCHHOFF_OK ? BOARD_PASS : board_failure(board, "programming the network", code);
}

/* Strings that stay until the second next call. */
static char* next_text(void) {
  static char texts[4][24];
  static unsigned next;
  next = (next + 1) % 4;
  return texts[next];
}

const char* percent(uint32_t part, uint32_t whole) {
  char* const text = next_text();
  if (whole == 0) {
    return "-";
  }
  const uint32_t tenths = (uint32_t)(((uint64_t)part * 1000U + whole / 2) / whole);
  snprintf(text, 24, "%" PRIu32 ".%" PRIu32, tenths / 10, tenths % 10);
  return text;
}

const char* duration(uint64_t ns) {
  static const char* const units[] = {"ns", "us", "ms", "s"};
  char* const text = next_text();
  uint32_t thousandths = 0;
  unsigned unit = 0;
  while (ns >= 1000 && unit < 3) {
    thousandths = (uint32_t)(ns % 1000);
    ns /= 1000;
    ++unit;
  }
  if (unit == 0) {
    snprintf(text, 24, "%" PRIu32 " ns", (uint32_t)ns);
  } else {
    snprintf(text, 24, "%" PRIu32 ".%03" PRIu32 " %s", (uint32_t)ns, thousandths, units[unit]);
  }
  return text;
}

uint32_t crc32(uint32_t crc, const void* bytes, size_t count) {
  static const uint32_t of_half_byte[16] = {
      0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
      0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c, 0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c};
  const uint8_t* next = bytes;
  crc = ~crc;
  while (count-- > 0) {
    crc ^= *next++;
    crc = crc >> 4 ^ of_half_byte[crc & 15U];
    crc = crc >> 4 ^ of_half_byte[crc & 15U];
  }
  return ~crc;
}
