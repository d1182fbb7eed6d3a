#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <systemc>

#include "foundation/duration.h"
#include "foundation/services.h"
#include "interconnect/socket_binder.h"
#include "model/chip/chip.h"
#include "testbenches/cosim/hart/riscv_hart_module.h"
#include "testbenches/cosim/platform/bus_router_module.h"
#include "testbenches/cosim/platform/clint_module.h"
#include "testbenches/cosim/platform/interrupt_trace_module.h"
#include "testbenches/cosim/platform/platform_map.h"
#include "testbenches/cosim/platform/ram_module.h"
#include "testbenches/cosim/platform/test_finisher_module.h"
#include "testbenches/cosim/platform/uart_module.h"
#include "testbenches/cosim/run_end.h"

namespace kirchhoff::testbenches {

struct PlatformParameters {
  std::uint32_t reset_pc = platform_map::ram_base;
  std::uint32_t ram_bytes = platform_map::ram_bytes;
  foundation::Duration instruction_time{10'000};
  foundation::Duration quantum{1'000'000};
  std::uint64_t most_instructions = UINT64_MAX;
  foundation::Duration most_time = foundation::Duration::max();
};

/// A RISC-V hart, its devices and a chip on one bus, wired to each other; once per process.
///
/// The chip's interrupt goes straight to the hart's external interrupt. Addresses of the chip's DMA are those
/// of the hart; only memory answers them.
class CosimPlatform {
 public:
  /// Sets the global quantum. `uart` gets what the program sends.
  CosimPlatform(const model::ChipDescription& chip, const PlatformParameters& parameters,
                const foundation::Services& services, Uart::Output uart,
                const interconnect::SocketBinder& binder = interconnect::SocketBinder{});

  [[nodiscard]] RiscvHart& hart() { return hart_; }
  [[nodiscard]] const model::Chip& chip() const { return chip_; }
  [[nodiscard]] std::span<std::byte> ram() { return ram_.bytes(); }

  /// Any address of the hart, without time or side effects; returns the bytes read.
  std::size_t peek(std::uint32_t address, std::span<std::byte> bytes);
  /// Memory only; false where it is none. Translated code is forgotten.
  bool poke(std::uint32_t address, std::span<const std::byte> bytes);

  /// Asked every millisecond of simulated time: true ends the run.
  using StopWanted = std::function<bool()>;
  /// Runs the program to its end, whatever it is. Rethrows what was thrown meanwhile.
  RunEnd run(const StopWanted& stop_wanted = {});

 private:
  /// False: stopped because it was wanted.
  bool run_kernel_until_end(const StopWanted& stop_wanted);

  PlatformParameters parameters_;
  std::uint32_t finisher_code_ = 0;
  bool finished_ = false;

  model::Chip chip_;
  RiscvHart hart_;
  BusRouter bus_;
  Ram ram_;
  Uart uart_;
  Clint clint_;
  TestFinisher finisher_;
  InterruptTrace interrupt_trace_;
  sc_core::sc_signal<bool> external_interrupt_{"external_interrupt"};
  sc_core::sc_signal<bool> timer_interrupt_{"timer_interrupt"};
  sc_core::sc_signal<bool> software_interrupt_{"software_interrupt"};
};

}  // namespace kirchhoff::testbenches
