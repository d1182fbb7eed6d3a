#pragma once

#include <atomic>
#include <deque>
#include <exception>
#include <memory>
#include <new>
#include <string>
#include <systemc>
#include <vector>

#include "foundation/error.h"
#include "testbenches/cosim/c_api/kirchhoff.h"
#include "testbenches/cosim/c_api/modelled_chip.h"

/// What the C API hands out, with all that it lends.
struct kirchhoff_chip {
  std::unique_ptr<kirchhoff::testbenches::ModelledChip> model;
  std::string error;
  int failure = KIRCHHOFF_CHIP_OK;  ///< otherwise the model is not to be asked any more
  std::string report;
  std::vector<kirchhoff_chip_layer> layers;
  std::vector<kirchhoff_chip_tile> tiles;
  std::deque<std::string> register_texts;
  std::vector<kirchhoff_chip_register> registers;
  int (*on_wait)(void* context) = nullptr;
  void* on_wait_context = nullptr;
  std::atomic<bool> inside = false;  ///< a function of the chip is running
};

/// The C boundary: what is C++ on one side of it becomes codes and texts on the other.
namespace kirchhoff::testbenches::c_api {

using foundation::InputError;

// SystemC's kernel is one per process, and so is what can be done with it.
extern std::atomic<kirchhoff_chip*> open_chip;

/// Keeps what went wrong, as the text of `chip`; null: of the thread.
void note(kirchhoff_chip* chip, const char* text) noexcept;
/// That text.
const char* error_of(const kirchhoff_chip* chip);

/// Throws InputError where this process cannot have one, or the options are wrong.
kirchhoff_chip* make_chip(const ChipOptions& options);
void end_chip(kirchhoff_chip* chip);

/// Calls `act`; its exceptions become a code, and a text of `chip` (null: of the thread).
template <typename Act>
int guarded(kirchhoff_chip* chip, const Act& act) noexcept {
  int code = KIRCHHOFF_CHIP_OK;
  try {
    act();
  } catch (const InputError& error) {
    note(chip, error.what());
    code = KIRCHHOFF_CHIP_E_INPUT;
  } catch (const foundation::WatchdogError& error) {
    note(chip, error.what());
    code = KIRCHHOFF_CHIP_E_DEADLOCK;
  } catch (const std::bad_alloc&) {
    note(chip, "out of memory");
    code = KIRCHHOFF_CHIP_E_MODEL;
  } catch (const sc_core::sc_report& report) {  // also what a process has thrown
    note(chip, report.get_msg());
    code = KIRCHHOFF_CHIP_E_MODEL;
  } catch (const std::exception& error) {
    note(chip, error.what());
    code = KIRCHHOFF_CHIP_E_MODEL;
  } catch (...) {
    note(chip, "an exception of an unknown kind");
    code = KIRCHHOFF_CHIP_E_MODEL;
  }
  if (chip != nullptr && code > KIRCHHOFF_CHIP_E_INPUT) {
    chip->failure = code;
  }
  return code;
}

/// A function of a chip while it runs: no other may, from a callback or another thread. Misuse is found where
/// it can be seen without a lock.
class Inside {
 public:
  explicit Inside(kirchhoff_chip& chip) : chip_(chip) { chip_.inside.store(true, std::memory_order_relaxed); }
  Inside(const Inside&) = delete;
  Inside& operator=(const Inside&) = delete;
  ~Inside() { chip_.inside.store(false, std::memory_order_relaxed); }

 private:
  kirchhoff_chip& chip_;
};

/// Where it is in another call already, tells so.
bool is_busy(const kirchhoff_chip& chip);

/// The same with the model, where it is there to be asked.
template <typename Act>
int with_model(kirchhoff_chip* chip, const Act& act) noexcept {
  if (chip == nullptr || chip != open_chip.load(std::memory_order_relaxed)) {
    note(nullptr,
         chip == nullptr ? "no chip: a null pointer was given" : "no chip: it was closed, or is none");
    return KIRCHHOFF_CHIP_E_INPUT;
  }
  if (is_busy(*chip)) {
    return KIRCHHOFF_CHIP_E_INPUT;
  }
  if (chip->failure != KIRCHHOFF_CHIP_OK) {  // the text says why
    return chip->failure;
  }
  const Inside inside{*chip};
  return guarded(chip, [&] { act(*chip->model); });
}

}  // namespace kirchhoff::testbenches::c_api
