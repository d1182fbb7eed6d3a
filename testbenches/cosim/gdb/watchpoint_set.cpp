#include "testbenches/cosim/gdb/watchpoint_set.h"

#include <algorithm>

namespace kirchhoff::testbenches {

void WatchpointSet::add(WatchKind kind, std::uint32_t address, std::uint32_t bytes) {
  const Watched watched{kind, address, bytes};
  if (std::find(watched_.begin(), watched_.end(), watched) == watched_.end()) {
    watched_.push_back(watched);
  }
}

void WatchpointSet::remove(WatchKind kind, std::uint32_t address, std::uint32_t bytes) {
  std::erase(watched_, Watched{kind, address, bytes});
}

std::optional<GdbStop> WatchpointSet::stop_of(const MemoryAccess& access) const {
  for (const Watched& watched : watched_) {
    const bool fits = (access.reads && watched.kind != WatchKind::write) ||
                      (access.writes && watched.kind != WatchKind::read);
    const std::uint64_t end = std::uint64_t{access.address} + access.bytes;
    const std::uint64_t watched_end = std::uint64_t{watched.address} + watched.bytes;
    if (fits && end > watched.address && access.address < watched_end) {
      GdbStop stop;
      stop.why = GdbStop::Why::watchpoint;
      stop.watch = watched.kind;
      // The debugger finds the watchpoint by an address inside of it.
      stop.address = std::max(access.address, watched.address);
      return stop;
    }
  }
  return std::nullopt;
}

}  // namespace kirchhoff::testbenches
