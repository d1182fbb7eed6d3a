/* stdout and stderr over the UART, a polled 16550; the end of the program. */
#include <stdio.h>
#include <stdlib.h>

#include "machine.h"
#include "trap.h"

#define UART_DATA 0
#define UART_LINE_STATUS 5
#define UART_READY 0x20 /* the transmitter takes a byte */

static volatile uint8_t* const uart = (volatile uint8_t*)(uintptr_t)MACHINE_UART;

static int put_char(char c, FILE* file) {
  (void)file;
  if (c == '\n') {
    put_char('\r', file);
  }
  while ((uart[UART_LINE_STATUS] & UART_READY) == 0) {
  }
  uart[UART_DATA] = (uint8_t)c;
  return (unsigned char)c;
}

static FILE console = FDEV_SETUP_STREAM(put_char, NULL, NULL, _FDEV_SETUP_WRITE);
FILE* const stdout = &console;
FILE* const stderr = &console;

_Noreturn void exit(int code) {
  if (trap_stack_overflowed()) {
    printf("the stack has overflowed into its guard\n");
    machine_finish(TRAP_EXIT_CODE);
  }
  machine_finish((uint32_t)code);
}
