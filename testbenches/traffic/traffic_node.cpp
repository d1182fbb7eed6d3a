#include "testbenches/traffic/traffic_node.h"

#include "interconnect/packet_extension.h"
#include "interconnect/packet_time.h"

namespace kirchhoff::testbenches {

using namespace interconnect;

TrafficNode::TrafficNode(const sc_core::sc_module_name& name, NodeId node, const MeshStyle& style,
                         PacketPool& packets, TrafficListener& listener)
    : sc_core::sc_module(name),
      input("input"),
      output("output"),
      node_(node),
      style_(style),
      listener_(listener),
      timed_(style.approximately_timed()
                 ? std::make_unique<PacketPort>(output, packets, style.timing,
                                                [this](tlm::tlm_generic_payload& payload,
                                                       sc_core::sc_time& delay) { take(payload, delay); })
                 : nullptr),
      sender_(output, packets, timed_.get()),
      held_up_("held_up") {
  input.register_b_transport(this, &TrafficNode::take);
  input.register_nb_transport_fw(this, &TrafficNode::forward);
  output.register_nb_transport_bw(this, &TrafficNode::backward);
  if (timed_ != nullptr) {
    timed_->answers_through(input);
    SC_HAS_PROCESS(TrafficNode);
    SC_METHOD(step_port);
    sensitive << timed_->woken();
    dont_initialize();
    SC_METHOD(end_hold_up);
    sensitive << held_up_.get_event();
    dont_initialize();
  }
}

void TrafficNode::hold_up(std::uint32_t most_cycles, const foundation::RandomStream& random) {
  most_cycles_ = most_cycles;
  random_ = std::make_unique<foundation::RandomSequence>(random, node_);
}

void TrafficNode::take(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  const std::span<const std::byte> bytes{reinterpret_cast<const std::byte*>(payload.get_data_ptr()),
                                         payload.get_data_length()};
  listener_.delivered(node_, head_of(payload)->header, bytes, absolute(delay));
  payload.set_response_status(tlm::TLM_OK_RESPONSE);
}

tlm::tlm_sync_enum TrafficNode::forward(tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                                        sc_core::sc_time& delay) {
  if (phase != tlm::BEGIN_REQ || most_cycles_ == 0 || (random_->word() & 3U) != 0) {
    return timed_->forward(payload, phase, delay);
  }
  payload.acquire();
  const auto& timing = style_.timing;
  const auto length = timing.arrival_time(head_of(payload)->header);
  held_up_.notify(payload, delay + to_sc_time(length + timing.cycle * (random_->word() % most_cycles_)));
  return tlm::TLM_ACCEPTED;
}

void TrafficNode::end_hold_up() {
  while (auto* const payload = held_up_.get_next_transaction()) {
    sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
    tlm::tlm_phase phase = tlm::END_REQ;
    if ((random_->word() & 1U) != 0) {
      input->nb_transport_bw(*payload, phase, delay);
    }
    delay = sc_core::SC_ZERO_TIME;
    take(*payload, delay);
    phase = tlm::BEGIN_RESP;
    input->nb_transport_bw(*payload, phase, delay);
    payload->release();
  }
}

tlm::tlm_sync_enum TrafficNode::backward(tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                                         sc_core::sc_time& delay) {
  return timed_ == nullptr ? tlm::TLM_COMPLETED : timed_->backward(payload, phase, delay);
}

void TrafficNode::step_port() {
  timed_->step();
}

}  // namespace kirchhoff::testbenches
