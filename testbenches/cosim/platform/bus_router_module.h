#pragma once

#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <systemc>
#include <tlm>
#include <vector>

#include "foundation/services.h"
#include "testbenches/cosim/platform/bus_trace.h"

namespace kirchhoff::testbenches {

/// The bus of the platform: hands accesses of several initiators on to the target that their address names.
///
/// Addresses reach a target as offsets from its base. An access that no region holds whole gets an address
/// error, at once. Memory by pointer and debug transport go through. It takes no time: what an access takes
/// is its target's, or that of the chip's DMA channel.
///
/// Not modelled: contention, bursts that are taken apart.
class BusRouter final : public sc_core::sc_module {
 public:
  struct Region {
    std::string name;
    std::uint64_t base = 0;
    std::uint64_t bytes = 0;
    bool memory = false;
    bool logged = true;  ///< accesses go into the log of transactions; false: the target does it itself
  };
  struct Initiator {
    std::string name;
    bool memory_only = false;  ///< as for DMA: devices are no address for it
  };
  BusRouter(const sc_core::sc_module_name& name, const std::vector<Initiator>& initiators,
            std::vector<Region> regions, const foundation::Services& services);

  using TargetSocket = tlm_utils::simple_target_socket_tagged<BusRouter>;
  using InitiatorSocket = tlm_utils::simple_initiator_socket_tagged<BusRouter>;
  /// For the initiators, and to the regions, in the order of the constructor's.
  [[nodiscard]] TargetSocket& from(std::size_t initiator) { return *from_[initiator]; }
  [[nodiscard]] InitiatorSocket& to(std::size_t region) { return *to_[region]; }

 private:
  void transport(int initiator, tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  unsigned debug(int initiator, tlm::tlm_generic_payload& payload);
  bool direct_memory(int initiator, tlm::tlm_generic_payload& payload, tlm::tlm_dmi& memory);
  void invalidate(int region, sc_dt::uint64 first, sc_dt::uint64 last);
  /// The region that holds all of the access, or the number of regions.
  [[nodiscard]] std::size_t find(int initiator, const tlm::tlm_generic_payload& payload) const;

  std::vector<Initiator> initiators_;
  std::vector<Region> regions_;
  std::vector<std::unique_ptr<TargetSocket>> from_;
  std::vector<std::unique_ptr<InitiatorSocket>> to_;
  BusTrace trace_;
};

}  // namespace kirchhoff::testbenches
