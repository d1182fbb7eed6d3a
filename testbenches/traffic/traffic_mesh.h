#pragma once

#include <memory>
#include <vector>

#include "foundation/ledger.h"
#include "foundation/services.h"
#include "interconnect/mesh.h"
#include "testbenches/traffic/traffic_node.h"

namespace kirchhoff::testbenches {

/// A mesh with a traffic node at every router instead of a chip around it; once per process.
class TrafficMesh : public sc_core::sc_module {
 public:
  TrafficMesh(const sc_core::sc_module_name& name, interconnect::Topology topology,
              const interconnect::MeshStyle& style, std::size_t route_entries, TrafficListener& listener,
              const interconnect::SocketBinder& binder = interconnect::SocketBinder{});

  [[nodiscard]] TrafficNode& node(interconnect::NodeId node) { return *nodes_[node]; }
  [[nodiscard]] interconnect::Mesh& mesh() { return mesh_; }
  [[nodiscard]] const interconnect::PacketPool& packets() const { return packets_; }
  [[nodiscard]] const interconnect::MeshStyle& style() const { return style_; }
  [[nodiscard]] foundation::Ledger& ledger() { return ledger_; }
  /// No packet is anywhere and all credits are back.
  [[nodiscard]] bool is_at_rest();

 private:
  interconnect::MeshStyle style_;
  foundation::Ledger ledger_;
  foundation::Services services_;
  interconnect::PacketPool packets_;
  interconnect::Mesh mesh_;
  std::vector<std::unique_ptr<TrafficNode>> nodes_;
  TrafficNode sequencer_;  ///< where the chip's two masters would be; both send nothing
  TrafficNode host_;
  tlm_utils::simple_initiator_socket<TrafficNode> nowhere_;  ///< nothing is sent to the host
};

/// A packet of one flit by XY.
interconnect::PacketHeader flit_to(interconnect::NodeId source, interconnect::NodeId destination,
                                   foundation::Duration at);

}  // namespace kirchhoff::testbenches
