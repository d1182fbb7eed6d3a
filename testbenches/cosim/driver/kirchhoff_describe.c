/* What descriptors look like, field by field. */
#include "kirchhoff_driver.h"

static void begin(krch_descriptor_t* descriptor, uint32_t operation) {
  descriptor->operation = operation;
  descriptor->tag = 0;
  descriptor->count = 0;
  descriptor->node = 0;
  descriptor->input_address = 0;
  descriptor->label_address = 0;
  descriptor->order_address = 0;
  descriptor->output_address = 0;
  descriptor->completion_address = 0;
  descriptor->stride = 0;
  descriptor->columns = 0;
}

void kirchhoff_describe_barrier(krch_descriptor_t* descriptor) {
  begin(descriptor, KRCH_OP_BARRIER);
}

void kirchhoff_describe_transfer(krch_descriptor_t* descriptor) {
  begin(descriptor, KRCH_OP_TRANSFER);
}

void kirchhoff_describe_configure(krch_descriptor_t* descriptor, uint64_t entries, uint32_t count) {
  begin(descriptor, KRCH_OP_CONFIGURE);
  descriptor->count = count;
  descriptor->input_address = entries;
}

static void put_block(krch_descriptor_t* descriptor, const kirchhoff_block* block) {
  descriptor->node = block->node;
  descriptor->count = block->rows;
  descriptor->columns = block->columns;
  descriptor->stride = block->stride != 0 ? block->stride : block->columns * (uint32_t)sizeof(float);
}

void kirchhoff_describe_program(krch_descriptor_t* descriptor, const kirchhoff_block* block) {
  begin(descriptor, KRCH_OP_PROGRAM_WEIGHTS);
  put_block(descriptor, block);
  descriptor->input_address = block->address;
}

void kirchhoff_describe_read_weights(krch_descriptor_t* descriptor, const kirchhoff_block* block) {
  begin(descriptor, KRCH_OP_READ_WEIGHTS);
  put_block(descriptor, block);
  descriptor->output_address = block->address;
}

static void put_batch(krch_descriptor_t* descriptor, const kirchhoff_batch* batch) {
  descriptor->count = batch->count;
  descriptor->input_address = batch->inputs;
  descriptor->label_address = batch->labels;
  descriptor->order_address = batch->order;
  descriptor->output_address = batch->outputs;
  descriptor->stride = batch->stride;
  descriptor->columns = batch->available;
}

void kirchhoff_describe_train(krch_descriptor_t* descriptor, const kirchhoff_batch* batch) {
  begin(descriptor, KRCH_OP_TRAIN);
  put_batch(descriptor, batch);
}

void kirchhoff_describe_infer(krch_descriptor_t* descriptor, const kirchhoff_batch* batch) {
  begin(descriptor, KRCH_OP_INFER);
  put_batch(descriptor, batch);
}

void kirchhoff_describe_self_test(krch_descriptor_t* descriptor, uint32_t node) {
  begin(descriptor, KRCH_OP_SELF_TEST);
  descriptor->node = node;
}

void kirchhoff_describe_cell_test(krch_descriptor_t* descriptor, uint32_t node, uint32_t row,
                                  uint32_t columns) {
  begin(descriptor, KRCH_OP_SELF_TEST | KRCH_FLAG_CELLS);
  descriptor->node = node;
  descriptor->count = row;
  descriptor->columns = columns;
}
