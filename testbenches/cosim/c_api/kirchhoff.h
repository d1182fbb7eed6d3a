/* A modelled Kirchhoff chip inside of a program: libkirchhoff.so.
 *
 *   kirchhoff_chip* model;
 *   kirchhoff_hal hal;
 *   if (kirchhoff_chip_open(NULL, &model) != 0) puts(kirchhoff_chip_error(NULL));
 *   kirchhoff_chip_hal(model, &hal);
 *   kirchhoff_open(&device, &hal, 0);                       from here on the driver of kirchhoff_driver.h
 *   ...
 *   kirchhoff_chip_close(model);
 *
 * The library brings the driver as well (kirchhoff_driver.h, kirchhoff_network.h): the very functions that
 * firmware is built from.
 *
 * One chip per process. SystemC elaborates once: a second kirchhoff_chip_open() is refused, also after the
 * first chip was closed. Where the first was refused for its options, the next is the first.
 *
 * Time. The chip's time stands still while the program computes. It passes in register accesses (what they
 * take on the bus), in wait_irq, and in kirchhoff_chip_advance(); the chip works meanwhile. Loosely timed
 * (the default), an access sees the chip as it is at that very moment, whatever the pace.
 *
 * Threads. One thread at a time may be in functions of a chip and its HAL; which one, may change. A call from
 * the callback of kirchhoff_chip_on_wait() is refused, and so is one from a second thread where it is
 * noticed, with a text for null. Nothing here is to be called from a signal handler. The program must not use
 * SystemC itself, nor go on with the chip in a fork()ed child and its parent both.
 *
 * Errors. Functions that return int return 0 or one of the codes below and leave a text: one line for each
 * thing that is wrong. No exception leaves the library. After KIRCHHOFF_CHIP_E_MODEL or _DEADLOCK the chip
 * answers nothing but its text and close. A chip that is closed, or is none at all, is refused by every
 * function.
 *
 * Ownership. What a function returns by pointer is the library's, and is valid as long as said there. Strings
 * that are given are copied. Texts are UTF-8. */
#ifndef KIRCHHOFF_H
#define KIRCHHOFF_H

#include <kirchhoff_hal.h>
#include <kirchhoff_image.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The exit codes of kirchhoff-explore. */
enum {
  KIRCHHOFF_CHIP_OK = 0,
  KIRCHHOFF_CHIP_E_INPUT = 2,   /* something given is wrong, or a rule above was broken */
  KIRCHHOFF_CHIP_E_MODEL = 3,   /* the model contradicts itself: a bug of ours */
  KIRCHHOFF_CHIP_E_DEADLOCK = 4 /* the chip does not answer, and never will */
};

typedef struct kirchhoff_chip kirchhoff_chip;

/* Zeros and null pointers stand for what is said in brackets. */
typedef struct kirchhoff_chip_options {
  const char* preset;      /* a preset or FILE.toml ["209k"] */
  const char* const* sets; /* "key=value" each, after the last one a null pointer [none] */
  const char* technology;  /* "14nm", "45nm", "90nm" or a file [the preset's] */
  const char* style;       /* "lt" or "at" ["lt"] */
  const char* detail;      /* "physics" or "ideal" ["physics"] */
  uint64_t seed;           /* of all that is random [the preset's] */
  uint64_t dma_bytes;      /* room for dma_alloc, taken where it is used; 2 GiB at most [1 GiB] */
} kirchhoff_chip_options;

/* Makes the chip of this process, powered and idle. `options` may be null. */
int kirchhoff_chip_open(const kirchhoff_chip_options* options, kirchhoff_chip** chip);
/* Ends it, and everything that it owns. */
void kirchhoff_chip_close(kirchhoff_chip* chip);
/* What went wrong last, "" if nothing did; null: with the last kirchhoff_chip_open() of this thread that
   failed, or a chip that is none. Valid until the next call for this chip. */
const char* kirchhoff_chip_error(const kirchhoff_chip* chip);
/* Whether the chip can be used: 0, or the code with which it failed. Tells after functions of HAL and driver
   whether the model had a part in what they return. */
int kirchhoff_chip_status(kirchhoff_chip* chip);
/* Version of the library, as git describes it. */
const char* kirchhoff_chip_version(void);

/* The driver's way to this chip: registers, interrupt, memory, time; valid until close. Memory that was not
   freed goes with the chip. The six functions tell nothing of errors of the model: read32 returns 0, wait_irq
   -1, and kirchhoff_chip_status() the code. */
int kirchhoff_chip_hal(kirchhoff_chip* chip, kirchhoff_hal* hal);
/* Lets simulated time pass, 100 days in all; the chip goes on with what it is doing. */
int kirchhoff_chip_advance(kirchhoff_chip* chip, uint64_t ns);
/* Simulated time since the start. */
uint64_t kirchhoff_chip_time_ps(kirchhoff_chip* chip);
/* `wait` is called in the thread that is in wait_irq, each millisecond of simulated time that it lasts; where
   it does not return 0, the wait ends with -1. For a look at the clock or at Ctrl-C. Null: nothing is called.
 */
int kirchhoff_chip_on_wait(kirchhoff_chip* chip, int (*wait)(void* context), void* context);
/* Looks at the accelerator's address space as a debugger does, without time or side effect: a register (4
   bytes) or float32 weights (1 << 44 up). The bytes that were read. */
size_t kirchhoff_chip_peek(kirchhoff_chip* chip, uint64_t address, void* bytes, size_t size);

/* A network for the chip. */
typedef struct kirchhoff_chip_request {
  const char* data_set;     /* "strokes", or a folder as of kirchhoff-explore --dataset [no examples] */
  uint32_t inputs, classes; /* without a data set: of the network */
  uint32_t features;        /* without a data set: 1: hidden layers as for feature vectors [as for images] */
  uint64_t train, test, epochs; /* how many from the beginning [all; epochs: those of the configuration] */
} kirchhoff_chip_request;

/* The registers, weights, examples and learning rates of a training, for kirchhoff_network_open(): those of
   kirchhoff-explore with the same options, bit for bit. In DMA memory, valid until close or until the HAL's
   dma_free was given it. `bus_address` (may be null) is where the accelerator sees it. */
int kirchhoff_chip_make_image(kirchhoff_chip* chip, const kirchhoff_chip_request* request,
                              const kirchhoff_image** image, uint32_t* bus_address);

/* How the network of the last image lies on the chip, in the order of the image's tiles. Weights of a layer
   are (inputs + 1) x outputs, the last row is the bias. */
typedef struct kirchhoff_chip_layer {
  uint32_t inputs, outputs;
} kirchhoff_chip_layer;
typedef struct kirchhoff_chip_tile {
  uint32_t node, layer;
  uint32_t first_row, rows, first_column, columns; /* of the layer's weights */
} kirchhoff_chip_tile;
/* Valid until the next image is made; null: none was. */
const kirchhoff_chip_layer* kirchhoff_chip_layers(kirchhoff_chip* chip, uint32_t* count);
const kirchhoff_chip_tile* kirchhoff_chip_tiles(kirchhoff_chip* chip, uint32_t* count);

/* A register of the chip. */
typedef struct kirchhoff_chip_register {
  const char* name;    /* "HOST_STATUS"; KRCH_HOST_STATUS of kirchhoff_registers.h */
  const char* meaning; /* may be "" */
  uint32_t offset;     /* in the accelerator's address space; of node 0 where there is one per node */
  uint32_t stride;     /* bytes from node to node; 0: there is one */
  uint32_t readable, writable;
} kirchhoff_chip_register;
/* All of them but tables. Valid until close. */
const kirchhoff_chip_register* kirchhoff_chip_registers(kirchhoff_chip* chip, uint32_t* count);

/* What the chip did so far, and what it cost: JSON, the groups of report.json that a chip knows of itself
   (run, chip, time, energy, area, efficiency, activity, counts, warnings, provenance). Valid until the next
   report or close; null where there is none. */
const char* kirchhoff_chip_report(kirchhoff_chip* chip);

/* For bindings of other languages: sizeof() of a structure of these headers by its name, such as
   "kirchhoff_device"; 0: there is none of that name. */
size_t kirchhoff_chip_sizeof(const char* structure);

#ifdef __cplusplus
}
#endif
#endif
