#pragma once

#include "testbenches/cosim/cosim_platform.h"
#include "testbenches/cosim/gdb/gdb_target.h"

namespace kirchhoff::testbenches {

/// The platform's hart as a debugger sees it. Memory and registers of devices are read by debug transport;
/// only memory is written.
class HartTarget final : public GdbTarget {
 public:
  explicit HartTarget(CosimPlatform& platform) : platform_(platform) {}

  std::optional<std::uint32_t> read_register(unsigned number) override;
  bool write_register(unsigned number, std::uint32_t value) override;
  std::size_t read_memory(std::uint32_t address, std::span<std::uint8_t> bytes) override;
  bool write_memory(std::uint32_t address, std::span<const std::uint8_t> bytes) override;
  bool set_breakpoint(std::uint32_t address) override;
  bool clear_breakpoint(std::uint32_t address) override;
  bool set_watchpoint(WatchKind kind, std::uint32_t address, std::uint32_t bytes) override;
  bool clear_watchpoint(WatchKind kind, std::uint32_t address, std::uint32_t bytes) override;

 private:
  CosimPlatform& platform_;
};

}  // namespace kirchhoff::testbenches
