/* What the driver needs of the machine it runs on: six functions, all in the caller's thread.
 *
 * Order: what was written to memory from dma_alloc before write32 is visible to the accelerator when the
 * register is written; what the accelerator wrote before it raised the interrupt is visible after wait_irq
 * and after read32. */
#ifndef KIRCHHOFF_HAL_H
#define KIRCHHOFF_HAL_H
#include <stddef.h>
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif
typedef struct kirchhoff_hal {
  void* context; /* handed to each function */
  /* A register of the accelerator, by byte offset in its address space (a multiple of 4). An access that the
     accelerator refuses reads as 0 and changes nothing: ERROR_STATUS.BUS and the error interrupt tell. */
  uint32_t (*read32)(void* context, uint32_t offset);
  void (*write32)(void* context, uint32_t offset, uint32_t value);
  /* Waits until the interrupt line is high, or was high since the last call where an interrupt handler has
     already acknowledged it. 0: it is; -1: timeout_ns of simulated time passed or nothing can ever raise it.
   */
  int (*wait_irq)(void* context, uint64_t timeout_ns);
  /* Memory that CPU and accelerator both see: the CPU's pointer is returned, the address the accelerator uses
     for it stored. Aligned to 64 bytes, zeroed. NULL: no room left. */
  void* (*dma_alloc)(void* context, size_t bytes, uint32_t* bus_address);
  void (*dma_free)(void* context, void* memory);
  uint64_t (*now)(void* context); /* simulated time, ns */
} kirchhoff_hal;
#ifdef __cplusplus
}
#endif
#endif
