/* Inference as a product does it: a network that is trained once, then examples in batches, several of them
 * with the chip at any time. What the chip counts must be what its predictions say. */
#include <inttypes.h>
#include <stdio.h>

#include "board.h"
#include "machine.h"

enum { in_flight = 4 };

static struct board board_;

static uint32_t right_of(const uint16_t* predicted, uint32_t first, uint32_t count) {
  const kirchhoff_image* const image = board_.network.image;
  const uint16_t* const labels = (const uint16_t*)((const char*)image + image->test.offset_labels);
  uint32_t right = 0;
  for (uint32_t i = 0; i < count; ++i) {
    right += predicted[i] == labels[first + i] ? 1 : 0;
  }
  return right;
}

static void describe(krch_descriptor_t* work, uint32_t first, uint32_t count, uint64_t outputs) {
  const kirchhoff_image* const image = board_.network.image;
  kirchhoff_batch batch = {0};
  batch.inputs = board_.network.bus + image->test.offset_inputs + (uint64_t)first * image->stride;
  batch.labels = board_.network.bus + image->test.offset_labels + (uint64_t)first * sizeof(uint16_t);
  batch.outputs = outputs;
  batch.count = count;
  batch.stride = image->stride;
  kirchhoff_describe_infer(work, &batch);
}

/* All test examples in batches of this size. */
static int infer(uint32_t batch, uint16_t* predicted, uint32_t predicted_bus) {
  kirchhoff_device* const chip = &board_.chip;
  const uint32_t count = board_.network.image->test.count;
  uint32_t tags[in_flight];
  uint32_t firsts[in_flight];
  uint32_t given = 0;
  uint32_t queued = 0;
  uint32_t done = 0;
  uint32_t right = 0;
  uint32_t chip_right = 0;
  const uint64_t begin = machine_time_ns();
  while (done < queued || given < count) {
    while (queued - done < in_flight && given < count) {
      const uint32_t now = count - given < batch ? count - given : batch;
      krch_descriptor_t work;
      describe(&work, given, now, predicted_bus + given * sizeof(uint16_t));
      work.operation |= KRCH_FLAG_INTERRUPT;
      const int code = kirchhoff_queue(chip, &work, &tags[queued % in_flight]);
      if (code != KIRCHHOFF_OK) {
        return board_failure(&board_, "queueing a batch", code);
      }
      firsts[queued % in_flight] = given;
      given += now;
      ++queued;
    }
    kirchhoff_doorbell(chip);
    krch_long_completion_t record;
    const int code = kirchhoff_wait(chip, tags[done % in_flight], KIRCHHOFF_FOREVER, &record);
    if (code != KIRCHHOFF_OK) {
      return board_failure(&board_, "a batch", code);
    }
    const uint32_t first = firsts[done % in_flight];
    right += right_of(predicted + first, first, record.completion.count);
    chip_right += record.completion.correct;
    ++done;
  }
  const uint64_t length = machine_time_ns() - begin;
  printf("%7" PRIu32 " %9" PRIu32 " %9" PRIu32 " %7s %% %14s\n", batch, queued, count, percent(right, count),
         duration(length / (count == 0 ? 1 : count)));
  if (right != chip_right) {
    printf("the chip counts %" PRIu32 " right, its predictions say %" PRIu32 "\nFAIL\n", chip_right, right);
    return BOARD_FAILED;
  }
  return BOARD_PASS;
}

int main(void) {
  int code = board_open(&board_, "infer", 16);
  code = code == BOARD_PASS ? board_find_network(&board_) : code;
  code = code == BOARD_PASS ? board_program(&board_) : code;
  if (code != BOARD_PASS) {
    return code;
  }
  kirchhoff_device* const chip = &board_.chip;
  const uint32_t count = board_.network.image->test.count;
  uint32_t bus = 0;
  uint16_t* const predicted = chip->hal.dma_alloc(chip->hal.context, count * sizeof(uint16_t), &bus);
  if (predicted == NULL || count == 0) {
    return board_failure(&board_, "memory for the predictions", KIRCHHOFF_E_MEMORY);
  }
  if (board_.network.epochs > 0) {
    krch_long_completion_t record;
    code = kirchhoff_network_train(&board_.network, 0, KIRCHHOFF_FOREVER, &record);
    if (code != KIRCHHOFF_OK) {
      return board_failure(&board_, "training", code);
    }
    printf("trained one epoch: %s %% right while learning\n",
           percent(record.completion.correct, record.completion.count));
  }
  printf("  batch   batches  examples     right  time/example\n");
  static const uint32_t batches[] = {1, 8, 64, UINT32_MAX};
  for (size_t i = 0; i < sizeof batches / sizeof batches[0]; ++i) {
    const uint32_t batch = batches[i] < count ? batches[i] : count;
    code = infer(batch, predicted, bus);
    if (code != BOARD_PASS) {
      return code;
    }
    if (batch == count) {
      break;
    }
  }
  const uint64_t inferred = kirchhoff_count(chip, KIRCHHOFF_INFERENCES);
  printf("PASS: %" PRIu32 " inferences, %" PRIu32 " interrupts\n", (uint32_t)inferred, chip->interrupts);
  return BOARD_PASS;
}
