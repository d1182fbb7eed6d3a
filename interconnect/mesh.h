#pragma once

#include <memory>
#include <vector>

#include "foundation/ledger.h"
#include "foundation/state_reader.h"
#include "foundation/state_writer.h"
#include "interconnect/mesh_faults.h"
#include "interconnect/router.h"
#include "interconnect/socket_binder.h"

namespace kirchhoff::interconnect {

struct MeshParameters {
  Topology topology;
  MeshStyle style;
  std::size_t route_entries = 1024;
  MeshFaults faults = {};
};

/// All routers of a rectangular mesh, neighbours bound to each other. A builder, no module of its own:
/// the routers become children of whoever makes it.
class Mesh {
 public:
  /// `packets`: where shares of packets come from; must outlive the mesh.
  Mesh(const MeshParameters& parameters, PacketPool& packets, const foundation::Services& services,
       const SocketBinder& binder = SocketBinder{});
  Mesh(const Mesh&) = delete;  // the routers refer to it
  Mesh& operator=(const Mesh&) = delete;
  Mesh(Mesh&&) = delete;
  Mesh& operator=(Mesh&&) = delete;
  ~Mesh() = default;

  [[nodiscard]] Router& at(NodeId node) { return *routers_[node]; }
  [[nodiscard]] const Topology& topology() const { return topology_; }

  /// Where an endpoint enters and leaves the mesh.
  tlm::tlm_target_socket<>& entry(NodeId node, Port port) { return at(node).input(port); }
  tlm::tlm_initiator_socket<>& exit(NodeId node, Port port) { return at(node).output(port); }

  [[nodiscard]] std::uint64_t out_of_order() const;

  /// No packet will be ready before `now` any more: links need not remember what was before.
  void settle(foundation::Duration now) { group_.settled = now; }
  /// Brings the ledger up to date. To be called whenever others get a chance to look at it: packets along
  /// the tables are counted once and booked at their links only here.
  void book_traffic();
  /// What book_traffic() would book, into a copy of the ledger.
  void add_traffic(foundation::Ledger& copy) const;
  /// While no packet is on its way.
  void save(foundation::StateWriter& writer) const;
  void restore(foundation::StateReader& reader);
  /// As after power-on.
  void reset();

 private:
  Topology topology_;
  foundation::Ledger& ledger_;
  RouterGroup group_;
  std::vector<std::unique_ptr<Router>> routers_;
};

}  // namespace kirchhoff::interconnect
