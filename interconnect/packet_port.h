#pragma once

#include <cstdint>
#include <functional>
#include <queue>
#include <span>
#include <systemc>
#include <tlm>
#include <vector>

#include "foundation/coding_style.h"
#include "interconnect/credited_link.h"
#include "interconnect/link.h"
#include "interconnect/link_sender.h"
#include "interconnect/packet_pool.h"

namespace kirchhoff::interconnect {

/// What whoever is bound to the mesh has to know of it.
struct MeshStyle {
  foundation::CodingStyle coding = foundation::CodingStyle::loosely_timed;
  LinkTiming timing;

  [[nodiscard]] bool approximately_timed() const {
    return coding == foundation::CodingStyle::approximately_timed;
  }
};

/// The edge of the mesh in approximately timed style: what an endpoint has waiting for its router, and what
/// is arriving.
///
/// Sends packets in the order of the time they are ready at, as its link and the credits of its router's
/// buffer allow; its own queue has no limit, and whatever arrives is taken, so that endpoints never take part
/// in a circle of waiting. The phases mean what they mean in RouterSwitch.
class PacketPort : private LinkOwner {
 public:
  /// What the endpoint does with a complete packet or access, as in its b_transport: sets the status; `delay`
  /// becomes the time of an answer.
  using Take = std::function<void(tlm::tlm_generic_payload&, sc_core::sc_time&)>;

  PacketPort(tlm::tlm_base_initiator_socket_b<>& socket, PacketPool& packets, const LinkTiming& timing,
             Take take);

  /// Where answers to what arrives go; needed by endpoints that something is sent to.
  void answers_through(tlm::tlm_base_target_socket_b<>& socket) { arrivals_from_ = &socket; }

  void post(const PacketHeader& header, std::span<const std::byte> bytes, foundation::Duration at);
  /// Sends an access and waits for the answer; from a thread. `at` as for PacketSender::access.
  void access(tlm::tlm_generic_payload& payload, foundation::Duration& at);

  // The endpoint's nb_transport_fw and nb_transport_bw.
  tlm::tlm_sync_enum forward(tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                             sc_core::sc_time& delay);
  tlm::tlm_sync_enum backward(tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                              sc_core::sc_time& delay);

  /// To be called whenever woken.
  void step();
  [[nodiscard]] const sc_core::sc_event& woken() const { return wake_; }

 private:
  struct Waiting {
    foundation::Duration at;
    std::uint64_t order;
    tlm::tlm_generic_payload* payload;

    friend bool operator>(const Waiting& a, const Waiting& b) {
      return a.at != b.at ? a.at > b.at : a.order > b.order;
    }
  };
  struct Pending {
    tlm::tlm_generic_payload* payload;
    foundation::Duration answered_at{-1};
  };
  using Queue = std::priority_queue<Waiting, std::vector<Waiting>, std::greater<>>;

  void enqueue(tlm::tlm_generic_payload& payload, foundation::Duration at);
  void link_freed(foundation::Duration at) override;
  void finished(tlm::tlm_generic_payload& payload, foundation::Duration at) override;
  [[nodiscard]] foundation::Duration first_start(foundation::Duration at) const;
  void take_arrivals(foundation::Duration now);
  void send_waiting(foundation::Duration now);
  void respond(tlm::tlm_generic_payload& payload);
  void wake_at(foundation::Duration at);
  [[nodiscard]] BufferRoom room_of(const tlm::tlm_generic_payload& payload) const;

  tlm::tlm_base_initiator_socket_b<>& socket_;
  tlm::tlm_base_target_socket_b<>* arrivals_from_ = nullptr;
  PacketPool& packets_;
  LinkTiming timing_;
  Take take_;
  CreditedLink link_;
  LinkSender sender_;
  Queue waiting_;
  Queue arriving_;  ///< complete at their time
  Queue answers_;
  std::vector<Pending*> accesses_;
  std::uint64_t order_ = 0;
  sc_core::sc_event wake_;
  sc_core::sc_event answered_;
};

}  // namespace kirchhoff::interconnect
