#include <functional>
#include <systemc>
#include <tlm>

#include "testbenches/cosim/c_api/chip_handle.h"

namespace kt = kirchhoff::testbenches;
using kirchhoff::foundation::Duration;
using kirchhoff::foundation::InputError;
using kt::c_api::with_model;

namespace {

kirchhoff_chip* chip_of(void* context) {
  return static_cast<kirchhoff_chip*>(context);
}

Duration from_ns(std::uint64_t ns) {
  const auto most = static_cast<std::uint64_t>(Duration::max().count());
  return ns > most / 1000 ? Duration::max() : Duration{static_cast<std::int64_t>(ns * 1000)};
}

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
