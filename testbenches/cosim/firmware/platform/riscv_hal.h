/* The driver's six functions on the RISC-V core. */
#ifndef RISCV_HAL_H
#define RISCV_HAL_H

#include <kirchhoff_driver.h>

/* Sets the interrupts up and returns the functions. */
const kirchhoff_hal* riscv_hal(void);

/* From now on the accelerator's interrupt handler serves this device, whatever the program is doing; without,
   interrupts are taken only within wait_irq, one at a time. */
void riscv_hal_attach(kirchhoff_device* device);

/* Interrupts of the accelerator so far, and mtime when the handler of the last one began. */
extern volatile uint32_t riscv_interrupts;
extern volatile uint64_t riscv_interrupt_ticks;

/* The interrupt handler: a good place for a breakpoint. */
void accelerator_interrupt(void);

#endif
