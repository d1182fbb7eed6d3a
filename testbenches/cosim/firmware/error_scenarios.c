#include "error_scenarios.h"

#include <string.h>

#define SECOND_NS 1000000000U
/* No memory of any machine lies there. */
#define NOWHERE 0x100U

typedef error_outcome (*provocation)(error_bench* bench, error_result* result);

typedef struct scenario {
  uint32_t cause;
  provocation provoke;
} scenario;

static error_outcome failed(error_result* result, const char* why) {
  result->why = why;
  return ERROR_FAILED;
}

static error_outcome unreachable(error_result* result, const char* why) {
  result->why = why;
  return ERROR_UNREACHABLE;
}

/* ---- What the driver sees ---- */

/* The error that nobody waits for: kept by the service routine. */
static error_outcome expect_error(error_bench* bench, error_result* result) {
  if (!kirchhoff_take_error(bench->chip, &result->error)) {
    return failed(result, "the driver saw no error");
  }
  return result->error.cause == result->cause ? ERROR_SEEN : failed(result, "the driver saw another error");
}

/* That of a descriptor: in its record and in the registers, with its tag. */
static error_outcome expect_in_record(error_bench* bench, error_result* result, int code,
                                      const krch_long_completion_t* record) {
  if (code != KIRCHHOFF_E_CHIP) {
    kirchhoff_take_error(bench->chip, &result->error);
    return failed(result, code == KIRCHHOFF_OK ? "the chip found nothing wrong" : kirchhoff_code_text(code));
  }
  const error_outcome seen = expect_error(bench, result);
  if (seen == ERROR_SEEN && (record->cause != result->cause || record->completion.tag != result->error.tag)) {
    return failed(result, "completion record and registers tell different errors");
  }
  return seen;
}

static error_outcome run(error_bench* bench, error_result* result, const krch_descriptor_t* work) {
  krch_long_completion_t record;
  const int code = kirchhoff_run(bench->chip, work, SECOND_NS, &record);
  return expect_in_record(bench, result, code, &record);
}

/* ---- What is valid, to be made wrong in one place ---- */

static kirchhoff_batch some_examples(const error_bench* bench) {
  const kirchhoff_image* const image = bench->network->image;
  kirchhoff_batch batch;
  memset(&batch, 0, sizeof batch);
  batch.inputs = bench->network->bus + image->train.offset_inputs;
  batch.labels = bench->network->bus + image->train.offset_labels;
  batch.count = image->train.count < 8 ? image->train.count : 8;
  batch.stride = image->stride;
  batch.available = image->train.count;
  return batch;
}

static krch_descriptor_t valid_training(const error_bench* bench) {
  const kirchhoff_batch batch = some_examples(bench);
  krch_descriptor_t work;
  kirchhoff_describe_train(&work, &batch);
  return work;
}

/* A tile of the network with more than one column. */
static const kirchhoff_image_tile* some_tile(const error_bench* bench) {
  const kirchhoff_image* const image = bench->network->image;
  const kirchhoff_image_tile* tile = bench->network->tiles;
  for (uint32_t i = 0; i < image->tiles_count && tile->columns < 2; ++i) {
    tile = &bench->network->tiles[i];
  }
  return tile;
}

static krch_descriptor_t valid_programming(const error_bench* bench) {
  const kirchhoff_image_tile* const tile = some_tile(bench);
  const kirchhoff_block block = {bench->network->bus + tile->weights_offset, tile->node, tile->rows,
                                 tile->columns, 0};
  krch_descriptor_t work;
  kirchhoff_describe_program(&work, &block);
  return work;
}

static void* shared_memory(error_bench* bench, size_t bytes, uint32_t* bus) {
  return bench->chip->hal.dma_alloc(bench->chip->hal.context, bytes, bus);
}

static void give_back(error_bench* bench, void* memory) {
  bench->chip->hal.dma_free(bench->chip->hal.context, memory);
}

/* Runs a descriptor with words in memory that live as long as it does; `field` gets their address. */
static error_outcome run_with_words(error_bench* bench, error_result* result, krch_descriptor_t* work,
                                    uint64_t* field, const uint32_t* words, size_t count) {
  uint32_t bus = 0;
  void* const memory = shared_memory(bench, count * sizeof *words, &bus);
  if (memory == NULL) {
    return failed(result, kirchhoff_code_text(KIRCHHOFF_E_MEMORY));
  }
  memcpy(memory, words, count * sizeof *words);
  *field = bus;
  const error_outcome outcome = run(bench, result, work);
  give_back(bench, memory);
  return outcome;
}

/* Soft reset, and the network's registers once more; the weights have stayed. */
static error_outcome reset_and_go_on(error_bench* bench, error_result* result, error_outcome outcome) {
  const int reset = kirchhoff_reset(bench->chip, SECOND_NS);
  const int configured =
      reset == KIRCHHOFF_OK ? kirchhoff_network_configure(bench->network, SECOND_NS) : reset;
  return configured == KIRCHHOFF_OK ? outcome : failed(result, kirchhoff_code_text(configured));
}

/* ---- Accesses ---- */

static error_outcome access_refused(error_bench* bench, error_result* result, bus_access kind,
                                    uint32_t offset, unsigned bytes) {
  const int taken = bench->access(bench->context, kind, offset, bytes, 0);
  if (taken < 0) {
    return unreachable(result, "needs a bus with bursts and byte enables");
  }
  if (taken > 0) {
    return failed(result, "the bus took the access");
  }
  return expect_error(bench, result);
}

static error_outcome unmapped_address(error_bench* bench, error_result* result) {
  return access_refused(bench, result, BUS_READ, KRCH_HOST_DMA_BYTES_HIGH + 4, 4);
}

static error_outcome unsupported_size(error_bench* bench, error_result* result) {
  return access_refused(bench, result, BUS_READ, KRCH_HOST_STATUS, 1);
}

static error_outcome burst_across_regions(error_bench* bench, error_result* result) {
  return access_refused(bench, result, BUS_READ, KRCH_SEQ_BASE - 4, 8);
}

static error_outcome byte_enables(error_bench* bench, error_result* result) {
  return access_refused(bench, result, BUS_WRITE_WITH_BYTE_ENABLES, KRCH_SEQ_TRANSFER_INTERVAL, 4);
}

static error_outcome read_only(error_bench* bench, error_result* result) {
  return access_refused(bench, result, BUS_WRITE, KRCH_HOST_ERROR_CAUSE, 4);
}

/* The node that is farthest from the chip's corner, at which the host's accesses enter the mesh; 0: there is
 * no other. */
static uint32_t far_node(const error_bench* bench) {
  return bench->chip->info.nodes - 1;
}

/* No access leaves the corner any more; returns what restores it. */
static uint32_t cut_corner_off(error_bench* bench) {
  const uint32_t links = kirchhoff_read(bench->chip, KRCH_ROUTER_LINK_ENABLE(0));
  kirchhoff_write(bench->chip, KRCH_ROUTER_LINK_ENABLE(0), links & KRCH_ROUTER_LINK_ENABLE_LOCAL_MASK);
  return links;
}

/* A register that is there, but no way leads to it. */
static error_outcome refused_by_node(error_bench* bench, error_result* result) {
  if (far_node(bench) == 0) {
    return unreachable(result, "needs a mesh of more than one node");
  }
  const uint32_t links = cut_corner_off(bench);
  const error_outcome outcome = access_refused(bench, result, BUS_READ, KRCH_TILE_LAYER(far_node(bench)), 4);
  kirchhoff_write(bench->chip, KRCH_ROUTER_LINK_ENABLE(0), links);
  return outcome;
}

/* ---- The ring ---- */

static error_outcome ring_size(error_bench* bench, error_result* result) {
  kirchhoff_write(bench->chip, KRCH_SEQ_RING_ENTRIES, 1);
  return expect_error(bench, result);
}

static error_outcome ring_overflow(error_bench* bench, error_result* result) {
  kirchhoff_write(bench->chip, KRCH_SEQ_DOORBELL, bench->chip->entries);
  return expect_error(bench, result);
}

static error_outcome ring_busy(error_bench* bench, error_result* result) {
  krch_descriptor_t barrier;
  kirchhoff_describe_barrier(&barrier);
  kirchhoff_halt(bench->chip);
  uint32_t tag = 0;
  kirchhoff_queue(bench->chip, &barrier, &tag);
  kirchhoff_doorbell(bench->chip);
  kirchhoff_write(bench->chip, KRCH_SEQ_RING_ENTRIES, 4);
  const error_outcome outcome = expect_error(bench, result);
  kirchhoff_resume(bench->chip);
  const int code = kirchhoff_wait(bench->chip, tag, SECOND_NS, NULL);
  return code == KIRCHHOFF_OK ? outcome : failed(result, kirchhoff_code_text(code));
}

static error_outcome ring_address(error_bench* bench, error_result* result) {
  const uint32_t entries = bench->chip->entries;
  kirchhoff_write(bench->chip, KRCH_SEQ_RING_ENTRIES, 0);
  kirchhoff_write(bench->chip, KRCH_SEQ_RING_BASE_LOW, UINT32_MAX - 63);
  kirchhoff_write(bench->chip, KRCH_SEQ_RING_BASE_HIGH, UINT32_MAX);
  kirchhoff_write(bench->chip, KRCH_SEQ_RING_ENTRIES, entries);
  kirchhoff_write(bench->chip, KRCH_SEQ_RING_TAIL, 1);
  return reset_and_go_on(bench, result, expect_error(bench, result));
}

/* ---- Descriptors ---- */

static error_outcome operation(error_bench* bench, error_result* result) {
  krch_descriptor_t work = valid_training(bench);
  work.operation = KRCH_OP_SELF_TEST + 1;
  return run(bench, result, &work);
}

static error_outcome flags(error_bench* bench, error_result* result) {
  krch_descriptor_t work = valid_training(bench);
  work.operation |= KRCH_FLAG_CELLS;
  return run(bench, result, &work);
}

static error_outcome node(error_bench* bench, error_result* result) {
  krch_descriptor_t work;
  kirchhoff_describe_self_test(&work, bench->chip->info.nodes);
  return run(bench, result, &work);
}

static error_outcome count(error_bench* bench, error_result* result) {
  krch_descriptor_t work = valid_training(bench);
  work.count = 0;
  return run(bench, result, &work);
}

static error_outcome columns(error_bench* bench, error_result* result) {
  krch_descriptor_t work = valid_programming(bench);
  work.columns = bench->chip->info.tile_columns + 1;
  return run(bench, result, &work);
}

static error_outcome stride(error_bench* bench, error_result* result) {
  krch_descriptor_t work = valid_programming(bench);
  work.stride -= 1;
  return run(bench, result, &work);
}

static error_outcome address_overflow(error_bench* bench, error_result* result) {
  krch_descriptor_t work = valid_training(bench);
  work.input_address = UINT64_MAX - 2;
  return run(bench, result, &work);
}

static error_outcome segments(error_bench* bench, error_result* result) {
  const uint32_t list[4] = {NOWHERE, 0, 100, KRCH_SEGMENT_LAST | KRCH_SEGMENT_CHAIN};
  krch_descriptor_t work = valid_training(bench);
  work.operation |= KRCH_FLAG_SEGMENTS;
  return run_with_words(bench, result, &work, &work.input_address, list, 4);
}

static error_outcome labels_missing(error_bench* bench, error_result* result) {
  krch_descriptor_t work = valid_training(bench);
  work.label_address = 0;
  return run(bench, result, &work);
}

static error_outcome network_settings(error_bench* bench, error_result* result) {
  const uint32_t classes = kirchhoff_read(bench->chip, KRCH_SEQ_CLASSES);
  kirchhoff_write(bench->chip, KRCH_SEQ_CLASSES, 0);
  const krch_descriptor_t work = valid_training(bench);
  const error_outcome outcome = run(bench, result, &work);
  kirchhoff_write(bench->chip, KRCH_SEQ_CLASSES, classes);
  return outcome;
}

static error_outcome order_index(error_bench* bench, error_result* result) {
  const uint32_t order[2] = {0, bench->network->image->train.count};
  krch_descriptor_t work = valid_training(bench);
  work.count = 2;
  return run_with_words(bench, result, &work, &work.order_address, order, 2);
}

static error_outcome weights_refused(error_bench* bench, error_result* result) {
  krch_descriptor_t work = valid_programming(bench);
  work.columns -= 1;
  return run(bench, result, &work);
}

static error_outcome register_refused(error_bench* bench, error_result* result) {
  const uint32_t list[2] = {KRCH_HOST_CONTROL, 0};
  krch_descriptor_t work;
  kirchhoff_describe_configure(&work, 0, 1);
  return run_with_words(bench, result, &work, &work.input_address, list, 2);
}

/* ---- Memory, mesh, data ---- */

static error_outcome dma_read(error_bench* bench, error_result* result) {
  krch_descriptor_t work = valid_programming(bench);
  work.input_address = NOWHERE;
  return run(bench, result, &work);
}

static error_outcome dma_write(error_bench* bench, error_result* result) {
  kirchhoff_batch batch = some_examples(bench);
  batch.outputs = NOWHERE;
  krch_descriptor_t work;
  kirchhoff_describe_infer(&work, &batch);
  return run(bench, result, &work);
}

/* The first inputs get a route that no router knows. */
static error_outcome not_delivered(error_bench* bench, error_result* result) {
  const uint32_t flow = KRCH_SEQ_FLOW + KRCH_SEQ_FLOW_ROUTE_AND_KIND_OFFSET;
  const uint32_t kind = KRCH_SEQ_FLOW_ROUTE_AND_KIND_KIND_MASK | KRCH_SEQ_FLOW_ROUTE_AND_KIND_VALID_MASK;
  const uint32_t unknown = bench->chip->info.route_entries - 1;
  if (kirchhoff_read(bench->chip, KRCH_ROUTER_ROUTE(0) + unknown * KRCH_ROUTER_ROUTE_ENTRY_BYTES) != 0) {
    return unreachable(result, "needs a route that the network does not use");
  }
  kirchhoff_write(bench->chip, flow, (kirchhoff_read(bench->chip, flow) & kind) | unknown);
  const krch_descriptor_t work = valid_training(bench);
  /* Tiles hold parts of an example that never came. */
  return reset_and_go_on(bench, result, run(bench, result, &work));
}

static error_outcome label(error_bench* bench, error_result* result) {
  const uint32_t labels[1] = {bench->network->image->classes};
  krch_descriptor_t work = valid_training(bench);
  work.count = 1;
  return run_with_words(bench, result, &work, &work.label_address, labels, 1);
}

static error_outcome aborted(error_bench* bench, error_result* result) {
  enum { many = 4096 };
  uint32_t bus = 0;
  void* const zeros = shared_memory(bench, many * sizeof(uint32_t), &bus);
  if (zeros == NULL) {
    return failed(result, kirchhoff_code_text(KIRCHHOFF_E_MEMORY));
  }
  krch_descriptor_t work = valid_training(bench);
  work.order_address = bus; /* the first example again and again */
  work.count = many;
  uint32_t tag = 0;
  kirchhoff_queue(bench->chip, &work, &tag);
  kirchhoff_doorbell(bench->chip);
  bench->chip->hal.wait_irq(bench->chip->hal.context, 100000);
  const int stopped = kirchhoff_abort(bench->chip, SECOND_NS);
  krch_long_completion_t record;
  const int code = kirchhoff_wait(bench->chip, tag, SECOND_NS, &record);
  give_back(bench, zeros);
  if (stopped != KIRCHHOFF_OK) {
    return failed(result, kirchhoff_code_text(stopped));
  }
  return expect_in_record(bench, result, code, &record);
}

/* ---- Self-tests: a node that is cut off while its test runs does not keep anything ---- */

/* How the test ends when the way to the node is cut so long after its begin. */
static error_outcome self_test_cut_after(error_bench* bench, error_result* result, uint64_t delay_ns) {
  krch_descriptor_t work;
  kirchhoff_describe_self_test(&work, far_node(bench));
  work.operation |= KRCH_FLAG_INTERRUPT;
  uint32_t links = 0;
  if (delay_ns == 0) {
    links = cut_corner_off(bench);
  }
  uint32_t tag = 0;
  kirchhoff_queue(bench->chip, &work, &tag);
  kirchhoff_doorbell(bench->chip);
  if (delay_ns != 0) {
    bench->chip->hal.wait_irq(bench->chip->hal.context, delay_ns);
    links = cut_corner_off(bench);
  }
  krch_long_completion_t record;
  const int code = kirchhoff_wait(bench->chip, tag, SECOND_NS, &record);
  kirchhoff_write(bench->chip, KRCH_ROUTER_LINK_ENABLE(0), links);
  return expect_in_record(bench, result, code, &record);
}

/* A test that was cut short leaves patterns in the node. */
static error_outcome self_test_register(error_bench* bench, error_result* result) {
  if (far_node(bench) == 0) {
    return unreachable(result, "needs a mesh of more than one node");
  }
  return reset_and_go_on(bench, result, self_test_cut_after(bench, result, 0));
}

/* Looks for the moment: where it lies depends on the chip's clock, and in a simulation on its quantum. */
static error_outcome self_test_table(error_bench* bench, error_result* result) {
  if (far_node(bench) == 0) {
    return unreachable(result, "needs a mesh of more than one node");
  }
  const kirchhoff_hal* const hal = &bench->chip->hal;
  const uint64_t begin = hal->now(hal->context);
  if (kirchhoff_self_test(bench->chip, far_node(bench), SECOND_NS, NULL) != KIRCHHOFF_OK) {
    return failed(result, "the node does not pass its self-test");
  }
  const uint64_t length = hal->now(hal->context) - begin;
  error_outcome outcome = ERROR_FAILED;
  for (uint64_t delay = length / 512 + 1; delay < length && outcome != ERROR_SEEN; delay += delay / 2 + 1) {
    memset(&result->error, 0, sizeof result->error);
    outcome = self_test_cut_after(bench, result, delay);
    outcome = reset_and_go_on(bench, result, outcome);
  }
  if (outcome != ERROR_SEEN) {
    return unreachable(result, "needs a chip.quantum below the time that the registers' test takes");
  }
  return outcome;
}

/* Only a broken chip has such cells. */
static error_outcome self_test_weights(error_bench* bench, error_result* result) {
  for (uint32_t i = 0; i < bench->network->image->tiles_count; ++i) {
    const kirchhoff_image_tile* const tile = &bench->network->tiles[i];
    krch_descriptor_t work;
    kirchhoff_describe_cell_test(&work, tile->node, 0, tile->columns);
    krch_long_completion_t record;
    const int code = kirchhoff_run(bench->chip, &work, SECOND_NS, &record);
    if (code != KIRCHHOFF_OK) {
      return expect_in_record(bench, result, code, &record);
    }
  }
  return unreachable(result, "needs a chip with broken cells, such as faults.pcm_stuck_on = 0.1");
}

static const scenario scenarios[] = {
    {KRCH_CAUSE_UNMAPPED_ADDRESS, unmapped_address},
    {KRCH_CAUSE_UNSUPPORTED_SIZE, unsupported_size},
    {KRCH_CAUSE_BURST_ACROSS_REGIONS, burst_across_regions},
    {KRCH_CAUSE_BYTE_ENABLES, byte_enables},
    {KRCH_CAUSE_READ_ONLY, read_only},
    {KRCH_CAUSE_REFUSED_BY_NODE, refused_by_node},
    {KRCH_CAUSE_RING_SIZE, ring_size},
    {KRCH_CAUSE_RING_OVERFLOW, ring_overflow},
    {KRCH_CAUSE_RING_BUSY, ring_busy},
    {KRCH_CAUSE_RING_ADDRESS, ring_address},
    {KRCH_CAUSE_OPERATION, operation},
    {KRCH_CAUSE_FLAGS, flags},
    {KRCH_CAUSE_NODE, node},
    {KRCH_CAUSE_COUNT, count},
    {KRCH_CAUSE_COLUMNS, columns},
    {KRCH_CAUSE_STRIDE, stride},
    {KRCH_CAUSE_ADDRESS_OVERFLOW, address_overflow},
    {KRCH_CAUSE_SEGMENTS, segments},
    {KRCH_CAUSE_LABELS_MISSING, labels_missing},
    {KRCH_CAUSE_NETWORK_SETTINGS, network_settings},
    {KRCH_CAUSE_ORDER_INDEX, order_index},
    {KRCH_CAUSE_WEIGHTS_REFUSED, weights_refused},
    {KRCH_CAUSE_REGISTER_REFUSED, register_refused},
    {KRCH_CAUSE_DMA_READ, dma_read},
    {KRCH_CAUSE_DMA_WRITE, dma_write},
    {KRCH_CAUSE_NOT_DELIVERED, not_delivered},
    {KRCH_CAUSE_LABEL, label},
    {KRCH_CAUSE_SELF_TEST_REGISTER, self_test_register},
    {KRCH_CAUSE_SELF_TEST_RECEIVE_TABLE, self_test_table},
    {KRCH_CAUSE_SELF_TEST_ROUTE_TABLE, self_test_table},
    {KRCH_CAUSE_SELF_TEST_WEIGHTS, self_test_weights},
    {KRCH_CAUSE_ABORTED, aborted},
};

size_t error_scenario_count(void) {
  return sizeof scenarios / sizeof scenarios[0];
}

/* After it, whatever it was: nothing is left of the error, and the chip trains. */
static error_outcome train_on(error_bench* bench, error_result* result) {
  kirchhoff_error more;
  if (kirchhoff_take_error(bench->chip, &more)) {
    result->error = more;
    return failed(result, "a second error came after it");
  }
  if ((kirchhoff_read(bench->chip, KRCH_HOST_STATUS) & KRCH_HOST_STATUS_ERROR_MASK) != 0) {
    return failed(result, "STATUS.ERROR stays");
  }
  const kirchhoff_batch batch = some_examples(bench);
  krch_long_completion_t record;
  const int code = kirchhoff_train(bench->chip, &batch, SECOND_NS, &record);
  if (code != KIRCHHOFF_OK) {
    kirchhoff_take_error(bench->chip, &result->error);
    return failed(result, "the training step after it was not done");
  }
  return record.completion.count == batch.count ? ERROR_SEEN
                                                : failed(result, "the training step after it ended early");
}

void error_scenario_run(error_bench* bench, size_t number, error_result* result) {
  memset(result, 0, sizeof *result);
  result->cause = scenarios[number].cause;
  result->outcome = scenarios[number].provoke(bench, result);
  if (result->outcome == ERROR_FAILED) {
    return;
  }
  const error_outcome after = train_on(bench, result);
  result->outcome = after == ERROR_SEEN ? result->outcome : after;
}
