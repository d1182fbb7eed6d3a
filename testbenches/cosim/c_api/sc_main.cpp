#include <systemc>

/// SystemC's library wants one; this library's kernel is driven by its callers.
int sc_main(int /*argc*/, char* /*argv*/[]) {
  return 0;
}
