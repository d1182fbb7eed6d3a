/* The whole training of the image, in one chain of descriptors and with one doorbell: register writes,
 * weights, each epoch and its test, and the weights read back. The chip is never idle in between; the core
 * sleeps, and says what it hears. */
#include <inttypes.h>
#include <stdio.h>

#include "board.h"
#include "machine.h"
#include "riscv_hal.h"

/* Of the test examples, in tenths of a per cent; a debugger may set another value before main. */
volatile uint32_t expected_permille = 900;

enum { most_epochs = 200 };

static struct board board_;
static uint32_t trained[most_epochs];
static uint32_t tested[most_epochs];

static uint32_t chain_length(const kirchhoff_network* network) {
  uint32_t entries = kirchhoff_network_program_entries(network) + network->image->tiles_count;
  for (uint32_t epoch = 0; epoch < network->epochs; ++epoch) {
    entries += kirchhoff_network_train_entries(network, epoch) + 1;
  }
  return entries;
}

static int queue_chain(kirchhoff_network* network, uint64_t weights, uint32_t* first, uint32_t* last) {
  int code = kirchhoff_network_queue_program(network, first);
  for (uint32_t epoch = 0; epoch < network->epochs && code == KIRCHHOFF_OK; ++epoch) {
    code = kirchhoff_network_queue_train(network, epoch, &trained[epoch]);
    code = code == KIRCHHOFF_OK ? kirchhoff_network_queue_test(network, 0, &tested[epoch]) : code;
  }
  return code == KIRCHHOFF_OK ? kirchhoff_network_queue_read(network, weights, last) : code;
}

/* The ring must hold the whole chain: the image is looked at before the ring is made. */
static int open_with_room(void) {
  int code = board_open(&board_, "train", 0);
  code = code == BOARD_PASS ? board_find_network(&board_) : code;
  if (code != BOARD_PASS) {
    return code;
  }
  const uint32_t entries = chain_length(&board_.network);
  if (board_.network.epochs > most_epochs || entries > board_.chip.info.most_outstanding) {
    printf("a chain of %" PRIu32 " descriptors is more than a ring can hold; take fewer epochs\nFAIL\n",
           entries);
    return BOARD_BAD_INPUT;
  }
  if (entries < board_.chip.entries) {
    return BOARD_PASS;
  }
  riscv_hal_attach(NULL);
  kirchhoff_close(&board_.chip);
  return board_open(&board_, "train", entries + 1);
}

int main(void) {
  int code = open_with_room();
  if (code != BOARD_PASS) {
    return code;
  }
  kirchhoff_device* const chip = &board_.chip;
  kirchhoff_network* const network = &board_.network;
  const size_t weight_bytes = kirchhoff_network_weight_bytes(network);
  uint32_t weights_bus = 0;
  void* const weights = chip->hal.dma_alloc(chip->hal.context, weight_bytes, &weights_bus);
  if (weights == NULL) {
    return board_failure(&board_, "memory for the weights", KIRCHHOFF_E_MEMORY);
  }

  uint32_t programmed = 0;
  uint32_t read = 0;
  code = queue_chain(network, weights_bus, &programmed, &read);
  if (code != KIRCHHOFF_OK) {
    return board_failure(&board_, "queueing the training", code);
  }
  printf("training: %" PRIu32 " descriptors, one doorbell\n", chain_length(network));
  kirchhoff_doorbell(chip);

  krch_long_completion_t record;
  code = kirchhoff_wait(chip, programmed, KIRCHHOFF_FOREVER, &record);
  if (code != KIRCHHOFF_OK) {
    return board_failure(&board_, "programming the network", code);
  }
  printf("programmed at %" PRIu64 " ps\n", record.completion.time_ps);
  printf("epoch     loss   train    test         at\n");
  uint32_t correct = 0;
  uint32_t tests = 0;
  for (uint32_t epoch = 0; epoch < network->epochs; ++epoch) {
    code = kirchhoff_wait(chip, trained[epoch], KIRCHHOFF_FOREVER, &record);
    if (code != KIRCHHOFF_OK) {
      return board_failure(&board_, "training", code);
    }
    const krch_completion_t learned = record.completion;
    code = kirchhoff_wait(chip, tested[epoch], KIRCHHOFF_FOREVER, &record);
    if (code != KIRCHHOFF_OK) {
      return board_failure(&board_, "testing", code);
    }
    correct = record.completion.correct;
    tests = record.completion.count;
    const uint32_t loss = (uint32_t)(learned.loss * 1000 / (learned.count == 0 ? 1 : learned.count) + 0.5);
    printf("%5" PRIu32 " %4" PRIu32 ".%03" PRIu32 " %5s %% %5s %% %10s\n", epoch + 1, loss / 1000,
           loss % 1000, percent(learned.correct, learned.count), percent(correct, tests),
           duration(record.completion.time_ps / 1000));
  }
  code = kirchhoff_wait(chip, read, KIRCHHOFF_FOREVER, &record);
  if (code != KIRCHHOFF_OK) {
    return board_failure(&board_, "reading the weights", code);
  }
  printf("weights read back: %" PRIu32 ", crc32 0x%08" PRIx32 ", done at %" PRIu64 " ps\n",
         (uint32_t)(weight_bytes / sizeof(float)), crc32(0, weights, weight_bytes),
         record.completion.time_ps);
  printf("chip: %" PRIu32 " examples trained, %" PRIu32 " inferred, %" PRIu32 " packets, %" PRIu32
         " uJ; %" PRIu32 " interrupts\n",
         (uint32_t)kirchhoff_count(chip, KIRCHHOFF_EXAMPLES),
         (uint32_t)kirchhoff_count(chip, KIRCHHOFF_INFERENCES),
         (uint32_t)kirchhoff_count(chip, KIRCHHOFF_PACKETS),
         (uint32_t)(kirchhoff_count(chip, KIRCHHOFF_ENERGY_PJ) / 1000000U), chip->interrupts);
  const int good = (uint64_t)correct * 1000U >= (uint64_t)tests * expected_permille;
  printf("%s: %s %% of the test examples, %s %% expected\n", good ? "PASS" : "FAIL", percent(correct, tests),
         percent(expected_permille, 1000));
  return good ? BOARD_PASS : BOARD_FAILED;
}
