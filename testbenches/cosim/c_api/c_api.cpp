#include <array>
#include <atomic>
#include <cstdlib>
#include <deque>
#include <exception>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <systemc>
#include <utility>
#include <vector>

#include "foundation/error.h"
#include "model/chip/register_map.h"
#include "testbenches/cosim/c_api/chip_report.h"
#include "testbenches/cosim/c_api/kirchhoff.h"
#include "testbenches/cosim/c_api/modelled_chip.h"
#include "testbenches/cosim/driver/kirchhoff_network.h"
#include "testbenches/explore/git_version.h"

// The C boundary: plain types, no exceptions.

namespace kt = kirchhoff::testbenches;
using kirchhoff::foundation::Duration;
using kirchhoff::foundation::InputError;

struct kirchhoff_chip {
  std::unique_ptr<kt::ModelledChip> model;
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

namespace {

// SystemC's kernel is one per process, and so is what can be done with it.
std::atomic<kirchhoff_chip*> open_chip = nullptr;
std::atomic<bool> kernel_used = false;
thread_local std::string error_without_chip;

void note(kirchhoff_chip* chip, const char* text) noexcept {
  try {
    (chip != nullptr ? chip->error : error_without_chip) = text;
  } catch (...) {  // no memory for the text: there is nobody left to tell
  }
}

/// Calls `act`; its exceptions become a code, and a text of `chip` (null: of the thread).
template <typename Act>
int guarded(kirchhoff_chip* chip, const Act& act) noexcept {
  int code = KIRCHHOFF_CHIP_OK;
  try {
    act();
  } catch (const InputError& error) {
    note(chip, error.what());
    code = KIRCHHOFF_CHIP_E_INPUT;
  } catch (const kirchhoff::foundation::WatchdogError& error) {
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

bool is_busy(const kirchhoff_chip& chip) {
  if (chip.inside.load(std::memory_order_relaxed)) {
    note(nullptr, "the chip is in another call already, in on_wait or in another thread");
    return true;
  }
  return false;
}

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

kirchhoff_chip* chip_of(void* context) {
  return static_cast<kirchhoff_chip*>(context);
}

Duration from_ns(std::uint64_t ns) {
  const auto most = static_cast<std::uint64_t>(Duration::max().count());
  return ns > most / 1000 ? Duration::max() : Duration{static_cast<std::int64_t>(ns * 1000)};
}

/// A word of the caller, or what stands for none.
std::string word(const char* text, const char* otherwise) {
  return text != nullptr ? text : otherwise;
}

kt::ChipOptions options_of(const kirchhoff_chip_options& given) {
  kt::ChipOptions options;
  options.preset = word(given.preset, "209k");
  for (const char* const* set = given.sets; set != nullptr && *set != nullptr; ++set) {
    options.sets.emplace_back(*set);
  }
  if (given.seed != 0) {
    options.sets.push_back("training.seed=" + std::to_string(given.seed));
  }
  options.technology = word(given.technology, "");
  options.style = word(given.style, "lt");
  options.detail = word(given.detail, "physics");
  if (given.dma_bytes != 0) {
    options.dma_bytes = given.dma_bytes;
  }
  return options;
}

/// What SystemC has to say comes by error text, not on the terminal. Before its kernel is made.
void quieten_kernel() {
  ::setenv("SYSTEMC_DISABLE_COPYRIGHT_MESSAGE", "1", 0);
  using Handler = sc_core::sc_report_handler;
  Handler::set_actions("/OSCI/SystemC", sc_core::SC_INFO, sc_core::SC_DO_NOTHING);
  Handler::set_actions(sc_core::SC_ERROR, sc_core::SC_THROW);
  Handler::set_actions(sc_core::SC_FATAL, sc_core::SC_THROW);
}

void open(const kirchhoff_chip_options* given, kirchhoff_chip** result) {
  if (result == nullptr) {
    throw InputError("kirchhoff_chip_open was given no place for the chip");
  }
  *result = nullptr;
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
  kt::ChipParts parts{options_of(given != nullptr ? *given : kirchhoff_chip_options{})};
  auto chip = std::make_unique<kirchhoff_chip>();
  if (kernel_used.exchange(true)) {  // another thread was faster
    throw spent;
  }
  quieten_kernel();
  chip->model = std::make_unique<kt::ModelledChip>(std::move(parts));
  open_chip = chip.get();
  *result = chip.release();
}

void take_plan(const kt::TrainingPlan& plan, kirchhoff_chip& chip) {
  chip.layers.clear();
  for (const auto& layer : plan.network.layers) {
    chip.layers.push_back(
        {static_cast<std::uint32_t>(layer.inputs), static_cast<std::uint32_t>(layer.outputs)});
  }
  chip.tiles.clear();
  for (const auto& tile : plan.mapping.tiles) {
    chip.tiles.push_back({static_cast<std::uint32_t>(tile.node), static_cast<std::uint32_t>(tile.layer),
                          static_cast<std::uint32_t>(tile.first_row), static_cast<std::uint32_t>(tile.rows()),
                          static_cast<std::uint32_t>(tile.first_column),
                          static_cast<std::uint32_t>(tile.columns)});
  }
}

template <typename Entry>
const Entry* listed(const std::vector<Entry>& entries, std::uint32_t* count) {
  if (count == nullptr) {
    throw InputError("no place was given for how many there are");
  }
  *count = static_cast<std::uint32_t>(entries.size());
  return entries.empty() ? nullptr : entries.data();
}

void list_registers(kirchhoff_chip& chip) {
  using kirchhoff::foundation::RegisterAccess;
  const auto kept = [&](std::string text) {
    return chip.register_texts.emplace_back(std::move(text)).c_str();
  };
  for (const auto& window : kirchhoff::model::register_map) {
    for (const auto& doc : window.registers) {
      chip.registers.push_back(
          {kept(std::string{window.prefix} + "_" + std::string{doc.name}), kept(std::string{doc.meaning}),
           static_cast<std::uint32_t>(window.base) + doc.offset, static_cast<std::uint32_t>(window.stride),
           doc.access == RegisterAccess::write_only ? 0U : 1U,
           doc.access == RegisterAccess::read_only ? 0U : 1U});
    }
  }
}

kt::NetworkRequest request_of(const kirchhoff_chip_request& given) {
  const auto limit = [](std::uint64_t count) {
    return count == 0 ? std::nullopt : std::optional<std::size_t>{count};
  };
  return {.data_set = word(given.data_set, ""),
          .inputs = given.inputs,
          .classes = given.classes,
          .images = given.features == 0,
          .limits = {.train = limit(given.train), .test = limit(given.test), .epochs = limit(given.epochs)}};
}

// ---- the HAL ----------------------------------------------------------------------------------------

std::uint32_t read32(void* context, std::uint32_t offset) {
  std::uint32_t value = 0;
  with_model(chip_of(context), [&](kt::ModelledChip& model) {
    if (model.host().access(tlm::TLM_READ_COMMAND, offset, value) != tlm::TLM_OK_RESPONSE) {
      value = 0;
    }
  });
  return value;
}

void write32(void* context, std::uint32_t offset, std::uint32_t value) {
  with_model(chip_of(context),
             [&](kt::ModelledChip& model) { model.host().access(tlm::TLM_WRITE_COMMAND, offset, value); });
}

int wait_irq(void* context, std::uint64_t timeout_ns) {
  kirchhoff_chip* const chip = chip_of(context);
  bool raised = false;
  with_model(chip, [&](kt::ModelledChip& model) {
    std::function<bool()> idle;
    if (chip->on_wait != nullptr) {
      idle = [chip] { return chip->on_wait(chip->on_wait_context) == 0; };
    }
    raised = model.host().wait_interrupt(from_ns(timeout_ns), idle) == kt::ExternalHost::Waited::raised;
  });
  return raised ? 0 : -1;
}

void* dma_alloc(void* context, std::size_t bytes, std::uint32_t* bus_address) {
  void* result = nullptr;
  with_model(chip_of(context), [&](kt::ModelledChip& model) {
    result = model.memory().allocate(bytes);
    if (result != nullptr && bus_address != nullptr) {
      *bus_address = model.memory().address_of(result);
    }
  });
  return result;
}

void dma_free(void* context, void* memory) {
  with_model(chip_of(context), [&](kt::ModelledChip& model) {
    if (memory != nullptr && !model.memory().release(memory)) {
      throw InputError("dma_free was given what dma_alloc has not returned, or was freed already");
    }
  });
}

std::uint64_t now(void* context) {
  return kirchhoff_chip_time_ps(chip_of(context)) / 1000;
}

}  // namespace

int kirchhoff_chip_open(const kirchhoff_chip_options* options, kirchhoff_chip** chip) {
  return guarded(nullptr, [&] { open(options, chip); });
}

void kirchhoff_chip_close(kirchhoff_chip* chip) {
  if (chip != nullptr && chip == open_chip && !is_busy(*chip)) {
    open_chip = nullptr;
    const std::unique_ptr<kirchhoff_chip> last{chip};
    guarded(nullptr, [&] {
      if (last->failure == KIRCHHOFF_CHIP_OK) {
        sc_core::sc_stop();
      }
      last->model.reset();
    });
  }
}

const char* kirchhoff_chip_error(const kirchhoff_chip* chip) {
  return (chip != nullptr && chip == open_chip ? chip->error : error_without_chip).c_str();
}

int kirchhoff_chip_status(kirchhoff_chip* chip) {
  return with_model(chip, [](kt::ModelledChip& /*model*/) {});
}

const char* kirchhoff_chip_version(void) {
  return kt::git_version;
}

int kirchhoff_chip_hal(kirchhoff_chip* chip, kirchhoff_hal* hal) {
  return with_model(chip, [&](kt::ModelledChip& /*model*/) {
    if (hal == nullptr) {
      throw InputError("kirchhoff_chip_hal was given no place for the HAL");
    }
    *hal = {chip, read32, write32, wait_irq, dma_alloc, dma_free, now};
  });
}

int kirchhoff_chip_advance(kirchhoff_chip* chip, uint64_t ns) {
  return with_model(chip, [&](kt::ModelledChip& model) { model.host().advance(from_ns(ns)); });
}

uint64_t kirchhoff_chip_time_ps(kirchhoff_chip* chip) {
  std::uint64_t ps = 0;
  with_model(chip,
             [&](kt::ModelledChip& model) { ps = static_cast<std::uint64_t>(model.host().now().count()); });
  return ps;
}

int kirchhoff_chip_on_wait(kirchhoff_chip* chip, int (*wait)(void* context), void* context) {
  return with_model(chip, [&](kt::ModelledChip& /*model*/) {
    chip->on_wait = wait;
    chip->on_wait_context = context;
  });
}

size_t kirchhoff_chip_peek(kirchhoff_chip* chip, uint64_t address, void* bytes, size_t size) {
  std::size_t done = 0;
  with_model(chip, [&](kt::ModelledChip& model) {
    done = model.host().peek(address, {static_cast<std::byte*>(bytes), size});
  });
  return done;
}

int kirchhoff_chip_make_image(kirchhoff_chip* chip, const kirchhoff_chip_request* request,
                              const kirchhoff_image** image, uint32_t* bus_address) {
  return with_model(chip, [&](kt::ModelledChip& model) {
    if (request == nullptr || image == nullptr) {
      throw InputError("kirchhoff_chip_make_image was given a null pointer");
    }
    *image = nullptr;
    const std::byte* const made = model.make_image(request_of(*request));
    take_plan(*model.plan(), *chip);
    *image = reinterpret_cast<const kirchhoff_image*>(made);
    if (bus_address != nullptr) {
      *bus_address = model.memory().address_of(made);
    }
  });
}

const kirchhoff_chip_layer* kirchhoff_chip_layers(kirchhoff_chip* chip, uint32_t* count) {
  const kirchhoff_chip_layer* result = nullptr;
  with_model(chip, [&](kt::ModelledChip& /*model*/) { result = listed(chip->layers, count); });
  return result;
}

const kirchhoff_chip_tile* kirchhoff_chip_tiles(kirchhoff_chip* chip, uint32_t* count) {
  const kirchhoff_chip_tile* result = nullptr;
  with_model(chip, [&](kt::ModelledChip& /*model*/) { result = listed(chip->tiles, count); });
  return result;
}

const kirchhoff_chip_register* kirchhoff_chip_registers(kirchhoff_chip* chip, uint32_t* count) {
  const kirchhoff_chip_register* result = nullptr;
  with_model(chip, [&](kt::ModelledChip& /*model*/) {
    if (chip->registers.empty()) {
      list_registers(*chip);
    }
    result = listed(chip->registers, count);
  });
  return result;
}

size_t kirchhoff_chip_sizeof(const char* structure) {
  struct Structure {
    std::string_view name;
    std::size_t bytes;
  };
#define KIRCHHOFF_STRUCTURE(name) \
  Structure {                     \
#name, sizeof(name)           \
  }
  static constexpr std::array structures{
      KIRCHHOFF_STRUCTURE(kirchhoff_hal),          KIRCHHOFF_STRUCTURE(kirchhoff_image),
      KIRCHHOFF_STRUCTURE(kirchhoff_image_tile),   KIRCHHOFF_STRUCTURE(kirchhoff_chip_options),
      KIRCHHOFF_STRUCTURE(kirchhoff_chip_request), KIRCHHOFF_STRUCTURE(kirchhoff_chip_layer),
      KIRCHHOFF_STRUCTURE(kirchhoff_chip_tile),    KIRCHHOFF_STRUCTURE(kirchhoff_chip_register),
      KIRCHHOFF_STRUCTURE(kirchhoff_device),       KIRCHHOFF_STRUCTURE(kirchhoff_network),
      KIRCHHOFF_STRUCTURE(kirchhoff_batch),        KIRCHHOFF_STRUCTURE(kirchhoff_block),
      KIRCHHOFF_STRUCTURE(kirchhoff_info),         KIRCHHOFF_STRUCTURE(kirchhoff_error),
      KIRCHHOFF_STRUCTURE(krch_long_completion_t), KIRCHHOFF_STRUCTURE(krch_descriptor_t)};
#undef KIRCHHOFF_STRUCTURE
  for (const Structure& known : structures) {
    if (structure != nullptr && known.name == structure) {
      return known.bytes;
    }
  }
  return 0;
}

const char* kirchhoff_chip_report(kirchhoff_chip* chip) {
  const char* result = nullptr;
  with_model(chip, [&](kt::ModelledChip& model) {
    chip->report = kt::chip_report(model);
    result = chip->report.c_str();
  });
  return result;
}
