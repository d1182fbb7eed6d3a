/* Firmware in strict C99: every structure of the generated header is used, every assertion is compiled. */
#include "kirchhoff_registers.h"

static uint32_t field(uint32_t word, uint32_t mask, unsigned shift) { return (word & mask) >> shift; }

int main(void) {
  krch_descriptor_t descriptor = {0};
  krch_long_completion_t record = {{0}, 0, 0, 0, 0, 0};
  krch_segment_t segment = {0x1000, 4096, KRCH_SEGMENT_LAST};
  krch_register_entry_t entry = {KRCH_TILE_ROWS(3), 131};
  volatile uint32_t control = KRCH_HOST_CONTROL_RUN_MASK | KRCH_HOST_CONTROL_SOFT_RESET_MASK;
  descriptor.operation = KRCH_OP_CONFIGURE | KRCH_FLAG_SEGMENTS | KRCH_FLAG_INTERRUPT;
  descriptor.input_address = segment.address;
  if (KRCH_HOST_CONTROL != 0x18u || KRCH_SEQ_RING_TAIL != 0x1010u || entry.address != 0x01030008u) {
    return 1;
  }
  if (field(control, KRCH_HOST_CONTROL_SOFT_RESET_MASK, KRCH_HOST_CONTROL_SOFT_RESET_SHIFT) != 1u) {
    return 2;
  }
  if (descriptor.operation != 0x306u) {
    return 3;
  }
  return (int)(record.cause + record.completion.error + KRCH_CAUSE_NONE);
}
