/* Every error of the register documentation: provoked, seen by the driver, left behind. Portable C, as the
 * driver: the firmware runs it on the core, the tests on the host. */
#ifndef ERROR_SCENARIOS_H
#define ERROR_SCENARIOS_H

#include <kirchhoff_network.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum bus_access { BUS_READ, BUS_WRITE, BUS_WRITE_WITH_BYTE_ENABLES } bus_access;

typedef struct error_bench {
  kirchhoff_device* chip;
  kirchhoff_network* network; /* programmed */
  /* One access as it is, of `bytes` at a register's offset. 0: the bus refused it, 1: it was done, -1: this
     machine cannot make such an access. */
  int (*access)(void* context, bus_access kind, uint32_t offset, unsigned bytes, uint32_t value);
  void* context;
} error_bench;

typedef enum error_outcome {
  ERROR_SEEN,        /* provoked, seen, acknowledged, and a training step after it was done */
  ERROR_UNREACHABLE, /* cannot be provoked on this machine or chip: `why` says what it needs */
  ERROR_FAILED       /* `why` says what is wrong */
} error_outcome;

typedef struct error_result {
  uint32_t cause; /* KRCH_CAUSE_... it is about */
  error_outcome outcome;
  const char* why;
  kirchhoff_error error; /* as the driver saw it */
} error_result;

/* One for each cause but NONE. */
size_t error_scenario_count(void);
void error_scenario_run(error_bench* bench, size_t number, error_result* result);

#ifdef __cplusplus
}
#endif
#endif
