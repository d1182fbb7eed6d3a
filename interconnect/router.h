#pragma once

#include <array>
#include <memory>
#include <memory_resource>
#include <optional>
#include <string>
#include <systemc>
#include <tlm>

#include "foundation/aligned.h"
#include "foundation/services.h"
#include "interconnect/link_trace.h"
#include "interconnect/packet_log.h"
#include "interconnect/packet_pool.h"
#include "interconnect/packet_port.h"
#include "interconnect/route_tree.h"
#include "interconnect/router_switch.h"
#include "interconnect/tree_traffic.h"

namespace kirchhoff::interconnect {

/// Bits of the ports of a router that an endpoint is bound to, beside those to its neighbours.
struct EndpointPorts {
  std::uint8_t inputs = mask_of(Port::local);
  std::uint8_t outputs = mask_of(Port::local);
};

class Router;

/// The way of a route from one router on, as it was when so many table words had been written; what it points
/// to lies right behind it.
struct alignas(foundation::cache_line_bytes) KnownTree {
  /// Where the way leaves the mesh.
  struct Exit {
    tlm::tlm_blocking_transport_if<>* target = nullptr;
    std::size_t hop = 0;
  };

  std::uint64_t tables_written = 0;
  const char* fault = "no route";  ///< null: a packet can go this way
  std::span<const RouteTree::Hop> hops;
  Reservations* const* links = nullptr;  ///< of the hops
  Reservations* const* wires = nullptr;  ///< of the hops; null where there are none
  std::span<const Exit> exits;
  TreeTraffic traffic;
  bool is_reduced_here = false;  ///< the router at the entry adds it to others; `fault` is not null
};

/// What the routers of a mesh share.
struct RouterGroup {
  /// The tree of a route as the router knows it that asked first: nearly every route has one source.
  struct Front {
    KnownTree* tree = nullptr;
    NodeId node = 0;
  };

  LinkTiming timing;
  foundation::CodingStyle coding = foundation::CodingStyle::loosely_timed;
  PacketPool* packets = nullptr;
  LinkTrace links;
  PacketLog log;
  std::vector<Router*> routers;                                ///< by node
  std::vector<RouterCore*> cores;                              ///< by node
  std::vector<tlm::tlm_blocking_transport_if<>*> locals;       ///< by node: what is behind its local port
  std::uint64_t tables_written = 1;                            ///< counts writes to any route table
  foundation::Duration settled = foundation::Duration::min();  ///< see Mesh::settle()
  std::vector<Front> fronts;                                   ///< by route
  /// Of all trees; one that changes takes new memory, which happens when tables are programmed.
  std::pmr::monotonic_buffer_resource tree_memory;
  std::vector<KnownTree*> trees;
};

/// A mesh router: RouterCore behind TLM sockets.
///
/// Approximately timed: see RouterSwitch. Loosely timed: a packet that follows the tables is handed on by the
/// router where it enters the mesh: that one takes all links on the way and calls the sockets behind the
/// exits; where there are several, it is the packet's target and sends shares of it. Accesses go from router
/// to router. A packet's delay is the arrival of its head while it travels between routers, and of its tail
/// where it leaves the mesh. Sockets exist only where something is on the other side.
/// A way that ends in a reduction has the reducing router's own target as its exit: the call of the last
/// summand goes on with the sum.
/// Where the mesh has duration wires, vectors travel on those (DurationWires): the router at the entry holds
/// the whole circuit.
class Router : public sc_core::sc_module, private SwitchHost {
 public:
  /// A target socket that knows its port.
  class Input;
  /// An initiator socket; nothing comes back on its backward path in loosely timed style.
  class Output;

  Router(const sc_core::sc_module_name& name, const RouterCore& core, EndpointPorts endpoints,
         RouterGroup& group, const foundation::Services& services);
  ~Router() override;

  tlm::tlm_target_socket<>& input(Port port);
  tlm::tlm_initiator_socket<>& output(Port port);

  [[nodiscard]] const RouterCore& core() const { return core_; }
  [[nodiscard]] RouterCore& core() { return core_; }
  /// Null in loosely timed style.
  [[nodiscard]] RouterSwitch* timed() { return switch_.get(); }

 private:
  /// `entry` is the link from an endpoint; null for what a neighbour sends.
  void transport(Reservations* entry, tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  void pass_on(Reservations* entry, PacketHeader& header, tlm::tlm_generic_payload& payload,
               sc_core::sc_time& delay);
  void follow_table(Reservations* entry, const PacketHeader& header, tlm::tlm_generic_payload& payload,
                    sc_core::sc_time& delay);
  /// The same for a vector on duration wires.
  void follow_wires(Reservations* entry, const PacketHeader& header, tlm::tlm_generic_payload& payload,
                    sc_core::sc_time& delay);
  /// Holds the wires along a way and books the pulses; `begins` by hop. Null, and refused, where there is no
  /// way.
  const KnownTree* hold_wires(Reservations* entry, const PacketHeader& header,
                              tlm::tlm_generic_payload& payload, foundation::Duration ready,
                              std::vector<foundation::Duration>& begins);
  void hand_on(const KnownTree& known, const Reservations* entry, const PacketHeader& header,
               std::span<const foundation::Duration> begins, foundation::Duration length,
               tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  class Summing;
  /// A summand that is for this router itself, from its tile.
  [[gnu::noinline]] void reduce_here(Reservations* entry, tlm::tlm_generic_payload& payload,
                                     const sc_core::sc_time& delay);
  /// Adds a packet that came by `in`; sends the sum where it is the last one. `head` and `tail`: when they
  /// came.
  void take_summand(Port in, tlm::tlm_generic_payload& payload, foundation::Duration head,
                    foundation::Duration tail);
  void send_sum(std::size_t entry, const ReductionUnit::Sum& sum, tlm::tlm_generic_payload& last);
  class Branches;
  template <typename Delivered>
  void deliver(const KnownTree& known, const PacketHeader& header,
               std::span<const foundation::Duration> begins, foundation::Duration length,
               tlm::tlm_generic_payload& payload, sc_core::sc_time& delay, const Delivered& delivered) const;
  [[gnu::noinline]] void deliver_logged(const KnownTree& known, Port entry,
                                        std::span<const foundation::Duration> begins,
                                        foundation::Duration length, tlm::tlm_generic_payload& payload,
                                        sc_core::sc_time& delay) const;
  [[nodiscard]] foundation::Duration arrival_of(Reservations* entry, foundation::Duration length,
                                                foundation::Duration ready) const;
  KnownTree& tree_of(RouteId route);
  KnownTree& find_tree(RouteId route);
  void follow(RouteId route, KnownTree& known) const;
  [[nodiscard]] tlm::tlm_blocking_transport_if<>* target_of(const RouteTree::Hop& exit) const;
  unsigned debug(tlm::tlm_generic_payload& payload);
  void access_register(tlm::tlm_generic_payload& payload, std::uint64_t offset);
  void end_of_elaboration() override;
  void step_switch();

  [[nodiscard]] bool owns(const PacketHeader& header, std::uint64_t address) const override;
  void access_table(tlm::tlm_generic_payload& payload) override;
  std::optional<foundation::Duration> open_circuit(Port in, tlm::tlm_generic_payload& payload) override;
  void pulses_begin(Port out, const PacketHeader& header, foundation::Duration end) override;
  void added(const ReductionUnit::Sum& sum) override;
  void reduced(Port in, const PacketHeader& header, foundation::Duration end) override;
  void passes(Port out, const PacketHeader& header, foundation::Duration ready, foundation::Duration begin,
              foundation::Duration tail) override;
  void answers(Port in, const tlm::tlm_generic_payload& payload, foundation::Duration at) override;
  void log_delivery(Port out, const PacketHeader& header, foundation::Duration tail) const;
  void refuse(tlm::tlm_generic_payload& payload, tlm::tlm_response_status status,
              const std::string& why) override;
  /// False, and refused, where an access cannot leave at `port` or has been at every router.
  bool may_go_on(PacketHeader& header, Port port, tlm::tlm_generic_payload& payload) override;
  void refuse_route(tlm::tlm_generic_payload& payload, RouteId route, const char* why);
  [[nodiscard]] std::string disabled_link(NodeId node, Port port) const override;
  void log_access(Port entry, const tlm::tlm_generic_payload& payload, foundation::Duration begin,
                  foundation::Duration end) const;
  [[nodiscard]] Port port_of(const Reservations* entry) const;
  [[nodiscard]] bool ends_behind(Port out, RouteId route) const;

  RouterGroup& group_;
  NodeId node_;
  foundation::Services services_;
  std::vector<KnownTree*> trees_;  ///< by route, of packets that enter here
  RouterCore core_;
  std::unique_ptr<RouterSwitch> switch_;  ///< null: loosely timed
  std::array<std::unique_ptr<Input>, 5> inputs_;
  std::array<std::unique_ptr<Output>, 5> outputs_;
  /// What the outputs are bound to; asked for once, not for every packet.
  std::array<tlm::tlm_blocking_transport_if<>*, 5> targets_{};
  std::array<std::unique_ptr<Summing>, 5> summing_;  ///< by input; loosely timed, where routers add
  bool reported_ = false;
};

}  // namespace kirchhoff::interconnect
