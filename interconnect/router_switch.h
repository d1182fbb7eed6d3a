#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <systemc>
#include <tlm>
#include <vector>

#include "foundation/services.h"
#include "interconnect/link_sender.h"
#include "interconnect/packet_pool.h"
#include "interconnect/router_core.h"
#include "interconnect/switch_core.h"

namespace kirchhoff::interconnect {

/// What a router does for its switch.
class SwitchHost {
 public:
  SwitchHost() = default;
  SwitchHost(const SwitchHost&) = delete;
  SwitchHost& operator=(const SwitchHost&) = delete;
  virtual ~SwitchHost() = default;

  /// Is this access for the router itself?
  [[nodiscard]] virtual bool owns(const PacketHeader& header, std::uint64_t address) const = 0;
  virtual void access_table(tlm::tlm_generic_payload& payload) = 0;
  /// Sets the status and reports once.
  virtual void refuse(tlm::tlm_generic_payload& payload, tlm::tlm_response_status status,
                      const std::string& why) = 0;
  /// False, and refused, where an access cannot leave at `port` or has been at every router.
  virtual bool may_go_on(PacketHeader& header, Port port, tlm::tlm_generic_payload& payload) = 0;
  /// In words.
  [[nodiscard]] virtual std::string disabled_link(NodeId node, Port port) const = 0;
  /// Holds the wires that this vector, which came in by `in`, takes from now on, and has its pulses sent at
  /// their exits (RouterSwitch::send_pulses). Returns when the last pulse has left the sender; nothing, and
  /// refused, where there is no way.
  virtual std::optional<foundation::Duration> open_circuit(Port in, tlm::tlm_generic_payload& payload) = 0;
  /// The pulses of a vector begin at an exit and are through at `end`.
  virtual void pulses_begin(Port out, const PacketHeader& header, foundation::Duration end) = 0;
  /// A packet that could take an output link at `ready` takes it from `begin` until its tail is through.
  virtual void passes(Port out, const PacketHeader& header, foundation::Duration ready,
                      foundation::Duration begin, foundation::Duration tail) = 0;
  /// A sum has been put together here.
  virtual void added(const ReductionUnit::Sum& sum) = 0;
  /// A packet that came in by `in` is one of a sum's; its tail is in at `end`.
  virtual void reduced(Port in, const PacketHeader& header, foundation::Duration end) = 0;
  /// An access that came in by `in` is answered.
  virtual void answers(Port in, const tlm::tlm_generic_payload& payload, foundation::Duration at) = 0;
};

/// A router in approximately timed style: SwitchCore behind the four phases.
///
/// A link of a packet's way is a transaction of its own: BEGIN_REQ when the head starts on the link, END_REQ
/// when the tail has passed and the link is free again (told at once, with its time), BEGIN_RESP when the
/// packet is complete and leaves the buffer behind the link, which gives the credit back, usable a cycle
/// later. An access is one transaction from its initiator to the node and back: BEGIN_RESP carries the
/// answer, at each router after its latency and the answer's flits, as in loosely timed style; answers have
/// wires of their own, where nobody waits. A packet that ends in a reduction here is taken in at once: its
/// transaction is completed with the time of its tail; the sum is a packet of the router's own. A vector on
/// duration wires is a transaction from its sender to the router there, which holds the circuit, and one from
/// each exit to its endpoint: BEGIN_REQ when the pulses begin, END_REQ at once, for the packet link is not
/// theirs, BEGIN_RESP when they are through; in between there is nothing but wires. What arrives in the same
/// instant is arbitrated alike in whatever order the kernel calls.
class RouterSwitch : private LinkOwner {
 public:
  RouterSwitch(SwitchHost& host, RouterCore& core, PacketPool& packets);

  /// What is bound to the router's sockets; null where there is none.
  void connect(Port port, tlm::tlm_fw_transport_if<>* forward, tlm::tlm_bw_transport_if<>* backward);

  tlm::tlm_sync_enum forward(Port in, tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                             sc_core::sc_time& delay);
  tlm::tlm_sync_enum backward(Port out, tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                              sc_core::sc_time& delay);

  /// Pulses that begin at `at` on the wires beside an output to an endpoint. The switch gives up the
  /// reference.
  void send_pulses(Port out, tlm::tlm_generic_payload& packet, foundation::Duration at);

  /// To be called whenever woken.
  void step();
  [[nodiscard]] const sc_core::sc_event& woken() const { return wake_; }

  /// Nothing is stored, waited for or still to be answered, and all credits are back.
  [[nodiscard]] bool is_at_rest() const;
  /// A link that is down for a while keeps what wants to go over it until it is up again; over a disabled one
  /// (LINK_ENABLE, LINK_FAULT) nothing may be sent.
  void set_link(Port out, bool up);

 private:
  using Stored = SwitchCore<tlm::tlm_generic_payload*>::Stored;
  struct Answer {
    tlm::tlm_generic_payload* payload;
    Port in;
    foundation::Duration at;
    bool own;  ///< still to be executed by this router
  };
  struct Access {
    tlm::tlm_generic_payload* payload;
    Port in;
  };

  struct Pulses {
    tlm::tlm_generic_payload* packet;
    Port out;
    foundation::Duration at;
  };

  struct OwnSum {
    tlm::tlm_generic_payload* payload;
    std::size_t entry;
  };

  tlm::tlm_sync_enum request(Port in, tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                             sc_core::sc_time& delay);
  tlm::tlm_sync_enum reduce(std::size_t entry, Port in, tlm::tlm_generic_payload& payload,
                            sc_core::sc_time& delay);
  void send_sum(std::size_t entry, const ReductionUnit::Sum& sum, tlm::tlm_generic_payload& last);
  [[nodiscard]] bool is_under_way(const tlm::tlm_generic_payload& access) const;
  bool may_pass(Port in, PacketHeader& header, std::uint8_t ports, tlm::tlm_generic_payload& payload);
  [[nodiscard]] std::string fault_of(Port in, const PacketHeader& header, std::uint8_t ports) const;
  [[nodiscard]] bool begin_pulses(const Pulses& pulses, foundation::Duration now);
  void start(const Stored& stored, Port in, Port out, std::size_t channel);
  void link_freed(foundation::Duration at) override;
  void finished(tlm::tlm_generic_payload& payload, foundation::Duration at) override;
  void answer(const Answer& answer);
  void respond(Port in, tlm::tlm_generic_payload& payload);
  void wake_at(foundation::Duration at);
  [[nodiscard]] bool has_router(Port port) const { return core_.has_neighbour(port); }

  SwitchHost& host_;
  RouterCore& core_;
  PacketPool& packets_;
  SwitchCore<tlm::tlm_generic_payload*> switch_;
  std::array<tlm::tlm_fw_transport_if<>*, 5> forward_{};
  std::array<tlm::tlm_bw_transport_if<>*, 5> backward_{};
  std::vector<LinkSender> senders_;  ///< by port
  std::vector<Access> accesses_;     ///< handed on and not answered yet
  std::vector<Answer> answers_;      ///< of accesses, and of vectors whose pulses are leaving their sender
  std::vector<Pulses> pulses_;       ///< that will begin here
  std::vector<OwnSum> sums_;         ///< stored here and not gone yet
  sc_core::sc_event wake_;
};

}  // namespace kirchhoff::interconnect
