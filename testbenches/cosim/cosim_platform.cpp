#include "testbenches/cosim/cosim_platform.h"

#include <algorithm>
#include <utility>

#include "interconnect/packet_time.h"
#include "testbenches/host/debug_access.h"
#include "testbenches/host/kernel_run_module.h"

namespace kirchhoff::testbenches {

using foundation::Duration;
using interconnect::to_duration;
using interconnect::to_sc_time;

namespace {

namespace map = platform_map;

// In the order in which the bus is told of them.
enum InitiatorIndex : std::size_t { hart_index, dma_index };
enum RegionIndex : std::size_t { finisher_index, clint_index, uart_index, accelerator_index, ram_index };

HartParameters hart_parameters(const PlatformParameters& parameters) {
  HartParameters hart;
  hart.reset_pc = parameters.reset_pc;
  hart.memory_base = map::ram_base;
  hart.devices = {{map::finisher_base, map::finisher_bytes},
                  {map::clint_base, map::clint_bytes},
                  {map::uart_base, map::uart_bytes},
                  {map::accelerator_base, map::accelerator_bytes}};
  hart.instruction_time = parameters.instruction_time;
  hart.most_instructions = parameters.most_instructions;
  hart.most_time = parameters.most_time;
  return hart;
}

std::vector<BusRouter::Region> regions(const PlatformParameters& parameters) {
  return {
      {.name = "finisher", .base = map::finisher_base, .bytes = map::finisher_bytes},
      {.name = "clint", .base = map::clint_base, .bytes = map::clint_bytes},
      {.name = "uart", .base = map::uart_base, .bytes = map::uart_bytes},
      {.name = "accelerator",
       .base = map::accelerator_base,
       .bytes = map::accelerator_bytes,
       .logged = false},
      {.name = "ram", .base = map::ram_base, .bytes = parameters.ram_bytes, .memory = true, .logged = false}};
}

}  // namespace

CosimPlatform::CosimPlatform(const model::ChipDescription& chip, const PlatformParameters& parameters,
                             const foundation::Services& services, Uart::Output uart,
                             const interconnect::SocketBinder& binder)
    : parameters_(parameters),
      chip_("chip", chip, services, binder),
      hart_("hart", hart_parameters(parameters)),
      bus_("bus", {{.name = "hart"}, {.name = "dma", .memory_only = true}}, regions(parameters), services),
      ram_("ram", parameters.ram_bytes),
      uart_("uart", std::move(uart)),
      clint_("clint"),
      finisher_("finisher",
                [this](std::uint32_t code) {
                  finished_ = true;
                  finisher_code_ = code;
                  hart_.end();
                }),
      interrupt_trace_("interrupts", services) {
  tlm::tlm_global_quantum::instance().set(to_sc_time(parameters.quantum));
  ram_.set_write_listener([this](std::uint32_t offset, std::uint32_t bytes) {
    hart_.memory_written(map::ram_base + offset, bytes);
  });
  binder.bind(hart_.bus, bus_.from(hart_index));
  binder.bind(chip_.memory, bus_.from(dma_index));
  binder.bind(bus_.to(finisher_index), finisher_.bus);
  binder.bind(bus_.to(clint_index), clint_.bus);
  binder.bind(bus_.to(uart_index), uart_.bus);
  binder.bind(bus_.to(accelerator_index), chip_.host);
  binder.bind(bus_.to(ram_index), ram_.bus);
  chip_.interrupt(external_interrupt_);
  clint_.timer_interrupt(timer_interrupt_);
  clint_.software_interrupt(software_interrupt_);
  hart_.external_interrupt(external_interrupt_);
  hart_.timer_interrupt(timer_interrupt_);
  hart_.software_interrupt(software_interrupt_);
  interrupt_trace_.external(external_interrupt_);
  interrupt_trace_.timer(timer_interrupt_);
  interrupt_trace_.software(software_interrupt_);
}

std::size_t CosimPlatform::peek(std::uint32_t address, std::span<std::byte> bytes) {
  return debug_access(*hart_.bus.operator->(), tlm::TLM_READ_COMMAND, address, bytes);
}

bool CosimPlatform::poke(std::uint32_t address, std::span<const std::byte> bytes) {
  // A target only reads the data of a write; the payload has no const pointer to say so.
  const std::span data{const_cast<std::byte*>(bytes.data()), bytes.size()};
  return debug_access(*hart_.bus.operator->(), tlm::TLM_WRITE_COMMAND, address, data) == bytes.size();
}

/// In slices, between which others may look whether it is to go on; no process notices.
bool CosimPlatform::run_kernel_until_end(const StopWanted& stop_wanted) {
  constexpr Duration slice{1'000'000'000};
  Duration until = slice;
  while (true) {
    run_kernel(to_sc_time(std::min(until, parameters_.most_time)));
    // The hart stops the kernel itself, once its own time has come.
    if (sc_core::sc_get_status() == sc_core::SC_STOPPED || !sc_core::sc_pending_activity() ||
        until >= parameters_.most_time) {
      return true;
    }
    if (stop_wanted && stop_wanted()) {
      return false;
    }
    // To the next event at least: the kernel complains of slices in which nothing happens.
    until = to_duration(sc_core::sc_time_stamp()) +
            std::max(slice, to_duration(sc_core::sc_time_to_pending_activity()));
  }
}

RunEnd CosimPlatform::run(const StopWanted& stop_wanted) {
  const bool interrupted = !run_kernel_until_end(stop_wanted);
  if (hart_.failure()) {
    std::rethrow_exception(hart_.failure());
  }
  RunEnd end;
  end.pc = hart_.core().pc();
  end.waits = hart_.waits();
  switch (hart_.ended()) {
    case HartEnd::running:  // it waits, or somebody wants it to end
      end.reason = interrupted                      ? RunEnd::Reason::interrupted
                   : sc_core::sc_pending_activity() ? RunEnd::Reason::time_limit
                                                    : RunEnd::Reason::deadlock;
      break;
    case HartEnd::stopped:
      end.reason = !finished_            ? RunEnd::Reason::killed
                   : finisher_code_ == 0 ? RunEnd::Reason::pass
                                         : RunEnd::Reason::failure;
      end.code = finisher_code_;
      break;
    case HartEnd::instruction_limit:
      end.reason = RunEnd::Reason::instruction_limit;
      break;
    case HartEnd::time_limit:
      end.reason = RunEnd::Reason::time_limit;
      break;
    case HartEnd::dead_end:
      end.reason = RunEnd::Reason::unhandled_trap;
      end.trap = hart_.core().dead_end();
      end.handler = hart_.core().registers().csr(Emulator::Csr::mtvec) & ~3U;
      break;
  }
  return end;
}

}  // namespace kirchhoff::testbenches
