/* Driver of the Kirchhoff chip: portable C11 over the six functions of kirchhoff_hal.h, without malloc and
 * without floating point of its own. The same source runs on the RISC-V core, on the host and under Python's
 * ctypes.
 *
 *   kirchhoff_device chip;
 *   if (kirchhoff_open(&chip, &hal, 0) != KIRCHHOFF_OK) ...
 *   krch_descriptor_t work;
 *   kirchhoff_describe_train(&work, &batch);
 *   kirchhoff_queue(&chip, &work, &tag);            any number of them, up to kirchhoff_space()
 *   kirchhoff_doorbell(&chip);                      the chip starts
 *   kirchhoff_wait(&chip, tag, KIRCHHOFF_FOREVER, &record);
 *
 * Descriptors are worked off in the order in which they were queued, without idle time between those that are
 * in the ring. Data stay where they are until their descriptor is done: addresses are the accelerator's
 * (dma_alloc's bus_address). Every function returns KIRCHHOFF_OK or one of the negative codes below unless it
 * says otherwise.
 *
 * One thread at a time uses a device. kirchhoff_interrupt() alone may interrupt the others. */
#ifndef KIRCHHOFF_DRIVER_H
#define KIRCHHOFF_DRIVER_H

#include <kirchhoff_hal.h>
#include <kirchhoff_registers.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
  KIRCHHOFF_OK = 0,
  KIRCHHOFF_E_ARGUMENT = -1,   /* a null pointer, or a value that makes no sense */
  KIRCHHOFF_E_NO_DEVICE = -2,  /* the identification register does not say "KRCH" */
  KIRCHHOFF_E_VERSION = -3,    /* a register map of another major version than the header's */
  KIRCHHOFF_E_CAPABILITY = -4, /* the chip is too small, or cannot do what is asked for */
  KIRCHHOFF_E_MEMORY = -5,     /* dma_alloc has no room left */
  KIRCHHOFF_E_FULL = -6,       /* the ring has no free entry, or too few */
  KIRCHHOFF_E_TIMEOUT = -7,    /* not done in time, or nothing can ever finish it */
  KIRCHHOFF_E_CHIP = -8,       /* the descriptor ended with an error: see its completion record */
  KIRCHHOFF_E_DROPPED =
      -9, /* left the ring without a record: abort, reset, or the record could not be written */
  KIRCHHOFF_E_TAG = -10,     /* no such descriptor, or its record has been overwritten by later ones */
  KIRCHHOFF_E_PENDING = -11, /* kirchhoff_poll: not done yet */
  KIRCHHOFF_E_IMAGE = -12 /* no image, one of another version, or one whose parts do not fit: see its text */
};

#define KIRCHHOFF_FOREVER UINT64_MAX
/* Entries of the ring where kirchhoff_open() is given 0. */
#define KIRCHHOFF_RING_ENTRIES 256U
/* Room that any text of this driver fits into. */
#define KIRCHHOFF_TEXT_BYTES 160U

/* What the chip says of itself. */
typedef struct kirchhoff_info {
  uint32_t version; /* of the register map: major << 16 | minor */
  uint32_t mesh_rows, mesh_columns, nodes;
  uint32_t tile_rows, tile_columns;
  uint32_t route_entries, receive_entries; /* of the tables in every node */
  uint32_t most_outstanding;               /* descriptors in a ring */
  uint32_t virtual_channels;
  uint32_t most_in_flight; /* examples that an INFER keeps under way, see SEQ_IN_FLIGHT */
  uint32_t reductions;     /* entries of a router's reduction table; 0: routers do not add */
  uint32_t ideal;          /* 1: float weights without device physics */
  uint32_t cycle_ps;       /* of the mesh clock */
} kirchhoff_info;

/* An error as the chip keeps it: cause, address and tag of the first one since they were acknowledged. */
typedef struct kirchhoff_error {
  uint32_t status; /* bits KRCH_HOST_ERROR_STATUS_...; 0: none */
  uint32_t cause;  /* KRCH_CAUSE_... */
  uint32_t tag;    /* of the descriptor; 0: none had a part in it */
  uint32_t reserved;
  uint64_t address; /* as the cause says */
} kirchhoff_error;

/* The caller's memory; fields are the driver's, but for `info`. */
typedef struct kirchhoff_device {
  kirchhoff_hal hal;
  kirchhoff_info info;
  krch_descriptor_t* ring;
  krch_long_completion_t* records; /* one per entry of the ring */
  uint32_t ring_bus, records_bus;
  uint32_t entries;
  uint32_t head;     /* entries before it are done; the chip's when it was last read */
  uint32_t started;  /* entries before it are the chip's */
  uint32_t tail;     /* next entry to be filled */
  uint32_t next_tag; /* of the next descriptor */
  uint32_t placed;   /* descriptors since the ring was set up, at most `entries` */
  int handled;       /* an interrupt handler calls kirchhoff_interrupt() */
  /* Written by kirchhoff_interrupt(). */
  volatile uint32_t interrupts; /* how many were acknowledged */
  volatile uint32_t errors;     /* how many of them told an error */
  kirchhoff_error error;        /* the first that was not taken */
} kirchhoff_device;

/* ---- The device ---- */

/* Looks whether a chip is there and which, sets up a ring of so many entries (2 to 1024; 0:
   KIRCHHOFF_RING_ENTRIES) and enables the interrupts. The chip's network and weights are left as they are.
   `hal` is copied. */
int kirchhoff_open(kirchhoff_device* device, const kirchhoff_hal* hal, uint32_t ring_entries);
/* Disables the interrupts and frees the ring. Descriptors that are under way are aborted. */
void kirchhoff_close(kirchhoff_device* device);
/* Identification and shape only; touches nothing. */
int kirchhoff_probe(const kirchhoff_hal* hal, kirchhoff_info* info);

/* Soft reset: registers and tables as after power-on, the weights stay. Ends the descriptor under way, drops
   the rest (KIRCHHOFF_E_DROPPED), and sets the ring up again. */
int kirchhoff_reset(kirchhoff_device* device, uint64_t timeout_ns);
/* Ends the descriptor under way with error ABORTED and drops the rest of the ring; returns when the chip is
 * idle. */
int kirchhoff_abort(kirchhoff_device* device, uint64_t timeout_ns);
/* The chip stops before the next descriptor, and goes on. */
void kirchhoff_halt(kirchhoff_device* device);
void kirchhoff_resume(kirchhoff_device* device);

/* Service routine: reads and acknowledges what the chip interrupts for, and keeps its error for
   kirchhoff_take_error(). Returns the bits of INTERRUPT_STATUS, 0: it was not the chip. kirchhoff_wait()
   calls it itself after wait_irq; where there is an interrupt handler, the handler calls it. */
uint32_t kirchhoff_interrupt(kirchhoff_device* device);
/* 1: an interrupt handler calls kirchhoff_interrupt() from now on, kirchhoff_wait() does not; 0: as at first.
 */
void kirchhoff_use_handler(kirchhoff_device* device, int on);
/* The first error since the last call, acknowledged; 1: there was one, 0: none. */
int kirchhoff_take_error(kirchhoff_device* device, kirchhoff_error* error);

/* A register, by its offset: KRCH_HOST_..., KRCH_SEQ_..., KRCH_TILE_...(node), KRCH_ROUTER_...(node). */
uint32_t kirchhoff_read(kirchhoff_device* device, uint32_t offset);
void kirchhoff_write(kirchhoff_device* device, uint32_t offset, uint32_t value);

typedef enum kirchhoff_counter {
  KIRCHHOFF_CYCLES,     /* of the mesh clock */
  KIRCHHOFF_ENERGY_PJ,  /* as the energy model books it */
  KIRCHHOFF_PACKETS,    /* sent into the mesh */
  KIRCHHOFF_EXAMPLES,   /* trained */
  KIRCHHOFF_INFERENCES, /* examples inferred */
  KIRCHHOFF_DMA_BYTES
} kirchhoff_counter;
/* 64 bits, both words of one moment; counts from power-on or soft reset. */
uint64_t kirchhoff_count(kirchhoff_device* device, kirchhoff_counter counter);

/* ---- Descriptors ---- */

/* Examples in memory. */
typedef struct kirchhoff_batch {
  uint64_t inputs;    /* address; a byte per element */
  uint64_t labels;    /* address; uint16 each; 0: none (infer only) */
  uint64_t order;     /* address; uint32 each; 0: as they lie */
  uint64_t outputs;   /* address; uint16 predicted classes; 0: none */
  uint32_t count;     /* how many are worked on */
  uint32_t stride;    /* bytes from example to example */
  uint32_t available; /* how many lie there, against which `order` is checked; 0: not stated */
} kirchhoff_batch;

/* A block of weights in memory and on a tile. */
typedef struct kirchhoff_block {
  uint64_t address; /* rows of float32 */
  uint32_t node;
  uint32_t rows, columns;
  uint32_t stride; /* bytes from row to row; 0: columns x 4 */
} kirchhoff_block;

/* Each fills a descriptor; flags (KRCH_FLAG_...) may be or-ed into its `operation` before it is queued. */
void kirchhoff_describe_barrier(krch_descriptor_t* descriptor);
void kirchhoff_describe_configure(krch_descriptor_t* descriptor, uint64_t entries, uint32_t count);
void kirchhoff_describe_program(krch_descriptor_t* descriptor, const kirchhoff_block* block);
void kirchhoff_describe_read_weights(krch_descriptor_t* descriptor, const kirchhoff_block* block);
void kirchhoff_describe_train(krch_descriptor_t* descriptor, const kirchhoff_batch* batch);
void kirchhoff_describe_infer(krch_descriptor_t* descriptor, const kirchhoff_batch* batch);
void kirchhoff_describe_transfer(krch_descriptor_t* descriptor);
/* Registers and tables of a node. */
void kirchhoff_describe_self_test(krch_descriptor_t* descriptor, uint32_t node);
/* And cells of one row, which are programmed and programmed back; `columns` as the network has on the tile.
 */
void kirchhoff_describe_cell_test(krch_descriptor_t* descriptor, uint32_t node, uint32_t row,
                                  uint32_t columns);

/* Puts a copy into the ring, with tag, record address and long record of the driver's; `tag` (may be null)
   names it from then on. The chip does not know of it before kirchhoff_doorbell(). */
int kirchhoff_queue(kirchhoff_device* device, const krch_descriptor_t* descriptor, uint32_t* tag);
/* Free entries. */
uint32_t kirchhoff_space(kirchhoff_device* device);
/* Gives the chip all that was queued, in one register write. */
void kirchhoff_doorbell(kirchhoff_device* device);
/* Is it done? KIRCHHOFF_E_PENDING: no. Otherwise as kirchhoff_wait(). */
int kirchhoff_poll(kirchhoff_device* device, uint32_t tag, krch_long_completion_t* record);
/* Waits for interrupts until the descriptor is done; `record` (may be null) becomes its completion record. A
   descriptor with KRCH_FLAG_INTERRUPT is noticed when it is done, another at the next interrupt: at the
   latest when the ring has run empty. KIRCHHOFF_E_CHIP: it ended with an error, the record says which. */
int kirchhoff_wait(kirchhoff_device* device, uint32_t tag, uint64_t timeout_ns,
                   krch_long_completion_t* record);
/* Until the chip has worked off all that it was given; errors are in the records and in
 * kirchhoff_take_error(). */
int kirchhoff_wait_idle(kirchhoff_device* device, uint64_t timeout_ns);
/* Queue, doorbell and wait in one; queued descriptors before it are worked off first. */
int kirchhoff_run(kirchhoff_device* device, const krch_descriptor_t* descriptor, uint64_t timeout_ns,
                  krch_long_completion_t* record);

/* ---- One at a time ---- */

int kirchhoff_configure(kirchhoff_device* device, uint64_t entries, uint32_t count, uint64_t timeout_ns);
int kirchhoff_program(kirchhoff_device* device, const kirchhoff_block* block, uint64_t timeout_ns);
int kirchhoff_read_weights(kirchhoff_device* device, const kirchhoff_block* block, uint64_t timeout_ns);
/* record.completion: count, correct and loss of the batch. */
int kirchhoff_train(kirchhoff_device* device, const kirchhoff_batch* batch, uint64_t timeout_ns,
                    krch_long_completion_t* record);
int kirchhoff_infer(kirchhoff_device* device, const kirchhoff_batch* batch, uint64_t timeout_ns,
                    krch_long_completion_t* record);
int kirchhoff_transfer(kirchhoff_device* device, uint64_t timeout_ns);
int kirchhoff_barrier(kirchhoff_device* device, uint64_t timeout_ns);
/* record.completion: checks made (count) and passed (correct). */
int kirchhoff_self_test(kirchhoff_device* device, uint32_t node, uint64_t timeout_ns,
                        krch_long_completion_t* record);

/* ---- Texts, always terminated, never longer than `bytes`; return the text ---- */

const char* kirchhoff_code_text(int code); /* of KIRCHHOFF_E_... */
const char* kirchhoff_cause_name(
    uint32_t cause); /* of KRCH_CAUSE_..., as in the register documentation; null: none */
/* "LABEL (LABEL) at 0x80012344, descriptor 7" */
const char* kirchhoff_error_text(const kirchhoff_error* error, char* text, size_t bytes);
/* The same of a completion record; "no error" where there is none. */
const char* kirchhoff_record_text(const krch_long_completion_t* record, char* text, size_t bytes);

#ifdef __cplusplus
}
#endif
#endif
