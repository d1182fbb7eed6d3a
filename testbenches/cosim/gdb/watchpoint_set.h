#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "testbenches/cosim/gdb/gdb_target.h"
#include "testbenches/cosim/gdb/memory_access.h"

namespace kirchhoff::testbenches {

/// Pieces of memory that a debugger watches. Only accesses of instructions are seen; the chip's DMA is not.
class WatchpointSet {
 public:
  void add(WatchKind kind, std::uint32_t address, std::uint32_t bytes);
  void remove(WatchKind kind, std::uint32_t address, std::uint32_t bytes);

  [[nodiscard]] bool empty() const { return watched_.empty(); }
  /// The stop that the access leads to, if any.
  [[nodiscard]] std::optional<GdbStop> stop_of(const MemoryAccess& access) const;

 private:
  struct Watched {
    WatchKind kind;
    std::uint32_t address;
    std::uint32_t bytes;
    bool operator==(const Watched&) const = default;
  };
  std::vector<Watched> watched_;
};

}  // namespace kirchhoff::testbenches
