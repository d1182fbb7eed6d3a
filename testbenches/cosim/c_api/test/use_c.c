/* A C program with a chip in it: trains, checks what the library promises, says "ok".
 *   use_c            the tests
 *   use_c --speed    register accesses and interrupts per second of this machine, too */
#include <kirchhoff.h>
#include <kirchhoff_network.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static int failures = 0;

static void expect(int holds, const char* what) {
  if (!holds) {
    ++failures;
    printf("failed: %s\n", what);
  }
}

static int is_one_line(const char* text) {
  return text != NULL && text[0] != '\0' && strchr(text, '\n') == NULL;
}

static int says(const char* text, const char* part) {
  return is_one_line(text) && strstr(text, part) != NULL;
}

/* None of these makes a chip, and each leaves the process free to try again. */
static void open_with_bad_options(void) {
  kirchhoff_chip* chip = NULL;
  kirchhoff_chip_options options = {0};
  expect(kirchhoff_chip_open(NULL, NULL) == KIRCHHOFF_CHIP_E_INPUT, "no place for the chip");

  options.preset = "208k";
  expect(kirchhoff_chip_open(&options, &chip) == KIRCHHOFF_CHIP_E_INPUT && chip == NULL, "bad preset");
  expect(says(kirchhoff_chip_error(NULL), "208k"), "the text names it");

  const char* const sets[] = {"capacitor.decay_ta=1 ms", NULL};
  memset(&options, 0, sizeof options);
  options.sets = sets;
  expect(kirchhoff_chip_open(&options, &chip) == KIRCHHOFF_CHIP_E_INPUT, "bad setting");
  expect(says(kirchhoff_chip_error(NULL), "capacitor.decay_tau"), "the text has the nearest name");

  memset(&options, 0, sizeof options);
  options.style = "fast";
  expect(kirchhoff_chip_open(&options, &chip) == KIRCHHOFF_CHIP_E_INPUT, "bad style");
  expect(says(kirchhoff_chip_error(NULL), "lt or at"), "the text says what would be right");

  memset(&options, 0, sizeof options);
  options.dma_bytes = UINT64_MAX;
  expect(kirchhoff_chip_open(&options, &chip) == KIRCHHOFF_CHIP_E_INPUT, "more memory than addresses");
  expect(is_one_line(kirchhoff_chip_error(NULL)), "with a text");
}

static void call_without_chip(kirchhoff_chip* chip) {
  kirchhoff_hal hal;
  uint32_t count = 1;
  uint32_t word = 0;
  expect(kirchhoff_chip_hal(chip, &hal) == KIRCHHOFF_CHIP_E_INPUT, "no HAL");
  expect(says(kirchhoff_chip_error(chip), "no chip"), "the text says why");
  expect(kirchhoff_chip_advance(chip, 1) == KIRCHHOFF_CHIP_E_INPUT, "no time");
  expect(kirchhoff_chip_time_ps(chip) == 0, "no time either");
  expect(kirchhoff_chip_report(chip) == NULL, "no report");
  expect(kirchhoff_chip_layers(chip, &count) == NULL, "no layers");
  expect(kirchhoff_chip_peek(chip, 0, &word, sizeof word) == 0, "no registers");
  kirchhoff_chip_close(chip);
}

struct waits {
  kirchhoff_chip* chip;
  int count;
};

/* Nothing of the chip may be called here, and nothing bad comes of it. */
static int while_waiting(void* context) {
  struct waits* const waits = context;
  if (++waits->count == 1) {
    expect(kirchhoff_chip_advance(waits->chip, 1) == KIRCHHOFF_CHIP_E_INPUT, "no call within a call");
    expect(says(kirchhoff_chip_error(NULL), "another call"), "the text says why");
    kirchhoff_chip_close(waits->chip);
    expect(kirchhoff_chip_time_ps(waits->chip) == 0, "and it was not closed, nor is it asked");
  }
  return 0;
}

static void train(kirchhoff_chip* chip, const kirchhoff_hal* hal) {
  const kirchhoff_image* image = NULL;
  uint32_t bus = 0;
  uint32_t layers = 0;
  uint32_t tiles = 0;
  struct waits waits = {chip, 0};
  char text[KIRCHHOFF_TEXT_BYTES];
  kirchhoff_device device;
  kirchhoff_network network;
  krch_long_completion_t record;
  kirchhoff_chip_request request = {0};

  request.data_set = "nowhere";
  expect(kirchhoff_chip_make_image(chip, &request, &image, &bus) == KIRCHHOFF_CHIP_E_INPUT, "no data set");
  expect(says(kirchhoff_chip_error(chip), "nowhere"), "the text names it");
  request.data_set = "strokes";
  request.train = 2000;
  request.test = 500;
  expect(kirchhoff_chip_make_image(chip, &request, &image, &bus) == 0, "an image");
  expect(kirchhoff_chip_layers(chip, &layers) != NULL && layers == 3, "of three layers");
  expect(kirchhoff_chip_tiles(chip, &tiles) != NULL && tiles == image->tiles_count, "its tiles");
  expect(kirchhoff_chip_on_wait(chip, while_waiting, &waits) == 0, "a look at each wait");

  expect(kirchhoff_open(&device, hal, 0) == KIRCHHOFF_OK, "the driver finds the chip");
  expect(kirchhoff_network_open(&network, &device, image, image->bytes, bus, text) == KIRCHHOFF_OK, text);
  expect(kirchhoff_network_program(&network, KIRCHHOFF_FOREVER) == KIRCHHOFF_OK, "programmed");
  for (uint32_t epoch = 0; epoch < network.epochs; ++epoch) {
    expect(kirchhoff_network_train(&network, epoch, KIRCHHOFF_FOREVER, &record) == KIRCHHOFF_OK, "trained");
    expect(record.completion.count == 2000, "all examples");
  }
  expect(kirchhoff_network_test(&network, 0, KIRCHHOFF_FOREVER, &record) == KIRCHHOFF_OK, "tested");
  printf("%u of %u test examples right\n", record.completion.correct, record.completion.count);
  expect(record.completion.correct >= 300, "it learnt");
  expect(waits.count > 10, "and the program looked up meanwhile");
  expect(strstr(kirchhoff_chip_report(chip), "\"tops_per_watt\"") != NULL, "with figures");
  kirchhoff_close(&device);
  hal->dma_free(hal->context, (void*)(uintptr_t)image);
  expect(strcmp(kirchhoff_chip_error(chip), "") != 0, "the last error stays");
  hal->dma_free(hal->context, &device);
  expect(says(kirchhoff_chip_error(chip), "dma_free"), "what is not ours is not freed");
}

static double seconds(void) {
  struct timespec now;
  timespec_get(&now, TIME_UTC);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void measure(const kirchhoff_hal* hal) {
  struct {
    const char* what;
    uint32_t offset;
    int write;
  } const accesses[] = {{"reads of HOST_STATUS", KRCH_HOST_STATUS, 0},
                        {"reads of SEQ_RING_HEAD", KRCH_SEQ_RING_HEAD, 0},
                        {"reads of a tile's register", KRCH_TILE_CONTROL(5), 0},
                        {"writes of SEQ_INPUTS", KRCH_SEQ_INPUTS, 1},
                        {"writes of HOST_INTERRUPT_ENABLE", KRCH_HOST_INTERRUPT_ENABLE, 1}};
  for (size_t i = 0; i < sizeof accesses / sizeof accesses[0]; ++i) {
    const long times = 1000000;
    const double begin = seconds();
    for (long n = 0; n < times; ++n) {
      if (accesses[i].write) {
        hal->write32(hal->context, accesses[i].offset, 0);
      } else {
        hal->read32(hal->context, accesses[i].offset);
      }
    }
    printf("%6.2f million/s  %s\n", (double)times / (seconds() - begin) * 1e-6, accesses[i].what);
  }
  kirchhoff_device device;
  const long rounds = 100000;
  expect(kirchhoff_open(&device, hal, 0) == KIRCHHOFF_OK, "the driver finds the chip");
  const double begin = seconds();
  for (long n = 0; n < rounds; ++n) {
    kirchhoff_barrier(&device, KIRCHHOFF_FOREVER);
  }
  printf("%6.2f million/s  descriptors with doorbell, interrupt and acknowledgement\n",
         (double)rounds / (seconds() - begin) * 1e-6);
  kirchhoff_close(&device);
}

int main(int argc, char* argv[]) {
  kirchhoff_chip* chip = NULL;
  kirchhoff_chip* second = NULL;
  kirchhoff_hal hal;
  const char* const sets[] = {"training.epochs=4", NULL};
  kirchhoff_chip_options options = {0};

  open_with_bad_options();
  call_without_chip(NULL);

  options.sets = sets;
  options.seed = 3;
  expect(kirchhoff_chip_open(&options, &chip) == 0 && chip != NULL, "a chip");
  expect(strcmp(kirchhoff_chip_error(chip), "") == 0, "without an error");
  expect(kirchhoff_chip_open(NULL, &second) == KIRCHHOFF_CHIP_E_INPUT && second == NULL, "one at a time");
  expect(says(kirchhoff_chip_error(NULL), "one per process"), "the text says why");
  expect(kirchhoff_chip_hal(chip, &hal) == 0, "its HAL");
  expect(hal.read32(hal.context, KRCH_HOST_ID) == KRCH_IDENTIFICATION, "it answers");
  expect(hal.read32(hal.context, 0xffc) == 0, "what it refuses reads as 0");
  hal.write32(hal.context, KRCH_HOST_ERROR_STATUS, ~0u);

  if (argc > 1 && strcmp(argv[1], "--speed") == 0) {
    measure(&hal);
  } else {
    train(chip, &hal);
  }

  kirchhoff_chip_close(chip);
  call_without_chip(chip);
  expect(hal.read32(hal.context, KRCH_HOST_ID) == 0, "a closed chip answers 0");
  expect(hal.wait_irq(hal.context, 1) == -1, "and interrupts nobody");
  expect(kirchhoff_chip_open(NULL, &second) == KIRCHHOFF_CHIP_E_INPUT, "none after it");
  expect(says(kirchhoff_chip_error(NULL), "another process"), "the text says what to do");
  if (failures == 0) {
    printf("ok\n");
  }
  return failures == 0 ? 0 : 1;
}
