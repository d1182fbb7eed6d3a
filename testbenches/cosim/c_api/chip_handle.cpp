#include "testbenches/cosim/c_api/chip_handle.h"

#include <cstdlib>
#include <utility>

namespace kirchhoff::testbenches::c_api {

std::atomic<kirchhoff_chip*> open_chip = nullptr;

namespace {

std::atomic<bool> kernel_used = false;
thread_local std::string error_without_chip;

/// What SystemC has to say comes by error text, not on the terminal. Before its kernel is made.
void quieten_kernel() {
  ::setenv("SYSTEMC_DISABLE_COPYRIGHT_MESSAGE", "1", 0);
  using Handler = sc_core::sc_report_handler;
  Handler::set_actions("/OSCI/SystemC", sc_core::SC_INFO, sc_core::SC_DO_NOTHING);
  Handler::set_actions(sc_core::SC_ERROR, sc_core::SC_THROW);
  Handler::set_actions(sc_core::SC_FATAL, sc_core::SC_THROW);
}

}  // namespace

void note(kirchhoff_chip* chip, const char* text) noexcept {
  try {
    (chip != nullptr ? chip->error : error_without_chip) = text;
  } catch (...) {  // no memory for the text: there is nobody left to tell
  }
}

const char* error_of(const kirchhoff_chip* chip) {
  return (chip != nullptr && chip == open_chip ? chip->error : error_without_chip).c_str();
}

bool is_busy(const kirchhoff_chip& chip) {
  if (chip.inside.load(std::memory_order_relaxed)) {
    note(nullptr, "the chip is in another call already, in on_wait or in another thread");
    return true;
  }
  return false;
}

kirchhoff_chip* make_chip(const ChipOptions& options) {
  if (open_chip != nullptr) {
    throw InputError(
        "this process has a chip already, and SystemC elaborates one per process: use that one, or "
        "another process");
  }
  const InputError spent{
      "this process has had its chip, and SystemC elaborates one per process: start another process"};
  if (kernel_used) {
    throw spent;
  }
  ChipParts parts{options};
  auto chip = std::make_unique<kirchhoff_chip>();
  if (kernel_used.exchange(true)) {  // another thread was faster
    throw spent;
  }
  quieten_kernel();
  chip->model = std::make_unique<ModelledChip>(std::move(parts));
  open_chip = chip.get();
  return chip.release();
}

void end_chip(kirchhoff_chip* chip) {
  open_chip = nullptr;
  const std::unique_ptr<kirchhoff_chip> last{chip};
  guarded(nullptr, [&] {
    if (last->failure == KIRCHHOFF_CHIP_OK) {
      sc_core::sc_stop();
    }
    last->model.reset();
  });
}

}  // namespace kirchhoff::testbenches::c_api
