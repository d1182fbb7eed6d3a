#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "foundation/transaction_listener.h"
#include "interconnect/packet.h"
#include "interconnect/route_tree.h"
#include "interconnect/topology.h"

namespace kirchhoff::interconnect {

/// Tells a listener of the packets that a mesh has carried from one endpoint to others.
class PacketLog {
 public:
  PacketLog() = default;  ///< nobody listens
  /// Nobody listens where the listener is null. `scope` is the chip's name.
  PacketLog(foundation::TransactionListener* listener, const Topology& topology, std::string_view scope);

  /// Is there anybody to tell?
  [[nodiscard]] bool wanted() const { return listener_ != nullptr && listener_->wanted(); }

  /// A packet on its way along a tree. Valid as long as what it was made from.
  class Delivery {
   public:
    Delivery(const PacketLog& log, NodeId node, Port entry, const PacketHeader& header, std::uint64_t flits,
             foundation::Duration ready, std::span<const RouteTree::Hop> hops);

    /// It was at an exit, hops[hop], at `end`.
    void arrived(std::size_t hop, foundation::Duration end, std::string_view response);

   private:
    const PacketLog& log_;
    std::span<const RouteTree::Hop> hops_;
    double bits_;
    double flits_;
    std::vector<std::uint32_t> exits_behind_;  ///< of each hop
    foundation::Transaction transaction_;
  };

  /// A packet that its first router has added to others at `end`: it takes no link of the mesh.
  void reduced(NodeId node, Port entry, const PacketHeader& header, foundation::Duration ready,
               foundation::Duration end, std::string_view response) const;

  /// An access to what is mapped at a node, along the XY route; `in_router` is answered by its router.
  void accessed(NodeId node, Port entry, const PacketHeader& header, std::uint64_t flits,
                std::uint64_t address, bool read, bool in_router, foundation::Duration begin,
                foundation::Duration end, std::string_view response) const;

 private:
  [[nodiscard]] foundation::Transaction::Party endpoint(NodeId node, Port port) const;
  [[nodiscard]] foundation::Transaction::Party sender(NodeId node, Port entry,
                                                      const PacketHeader& header) const;

  foundation::TransactionListener* listener_ = nullptr;
  Topology topology_;
  std::vector<foundation::Transaction::Party> tiles_;
  std::vector<foundation::Transaction::Party> routers_;
  foundation::Transaction::Party sequencer_ = 0;
  foundation::Transaction::Party host_interface_ = 0;
};

}  // namespace kirchhoff::interconnect
