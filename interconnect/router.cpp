#include "interconnect/router.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "foundation/ledger.h"
#include "interconnect/packet_time.h"
#include "interconnect/packet_address.h"
#include "interconnect/packet_extension.h"
#include "interconnect/packet_pool.h"

namespace kirchhoff::interconnect {

using foundation::Duration;
using foundation::TraceSink;

namespace {

constexpr std::array<std::string_view, 10> kKindNames{"ACTIVATION", "PARTIAL_SUM", "LAYER_OUTPUT", "REPORT",
                                                      "EXPONENT",   "DELTA",       "BACK_PARTIAL", "TRANSFER",
                                                      "DONE",       "ACCESS"};

}  // namespace

Router::Router(const sc_core::sc_module_name& name, const RouterCore& core, const foundation::Services& services)
    : sc_core::sc_module(name), core_(core), services_(services) {}

Router::InputSocket& Router::input(Port port) {
  auto& socket = inputs_[index_of(port)];
  if (!socket) {
    const std::string name = "in_" + std::string{port_names[index_of(port)]};
    const int tag = static_cast<int>(index_of(port));
    socket = std::make_unique<InputSocket>(name.c_str());
    socket->register_b_transport(this, &Router::b_transport, tag);
    socket->register_transport_dbg(this, &Router::transport_dbg, tag);
    socket->register_nb_transport_fw(this, &Router::nb_transport_fw, tag);
  }
  return *socket;
}

Router::OutputSocket& Router::output(Port port) {
  auto& socket = outputs_[index_of(port)];
  if (!socket) {
    const std::string port_name{port_names[index_of(port)]};
    socket = std::make_unique<OutputSocket>(("out_" + port_name).c_str());
    if (services_.trace != nullptr) {
      link_signals_[index_of(port)] = services_.trace->declare(this->name(), "link_" + port_name, TraceSink::Kind::text);
    }
  }
  return *socket;
}

bool Router::owns(const PacketHeader& header, std::uint64_t address) const {
  return !header.by_table && header.destination == core_.node() && !is_cell_address(address) &&
         (address - node_window_base) % node_window_bytes >= router_table_offset;
}

void Router::b_transport(int from, tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  const PacketExtension* head = head_of(payload);
  if (head == nullptr) {
    refuse(payload, tlm::TLM_GENERIC_ERROR_RESPONSE, "a payload without packet head");
    return;
  }
  const PacketHeader& header = head->header;
  if (owns(header, payload.get_address())) {
    access_table(payload);
    delay += to_sc_time(core_.timing().router_latency());
    return;
  }
  const std::uint8_t ports = core_.ports_of(header);
  if (ports == 0) {
    refuse(payload, tlm::TLM_ADDRESS_ERROR_RESPONSE, "no route");
    return;
  }
  const std::uint64_t bits = header.wire_bits();
  const Port source = all_ports[static_cast<std::size_t>(from)];
  Duration arrival = absolute(delay);
  if (core_.is_entry(source)) {
    arrival = core_.enter(source, bits, arrival);
  }
  auto& activity = services_.ledger.at(core_.node(), header.phase);
  auto& counters = services_.ledger.counters();
  sc_core::sc_time last = delay;
  auto status = tlm::TLM_OK_RESPONSE;
  for (const Port port : all_ports) {
    if ((ports & mask_of(port)) == 0) {
      continue;
    }
    const auto& output = outputs_[index_of(port)];
    if (!output) {
      refuse(payload, tlm::TLM_ADDRESS_ERROR_RESPONSE, "the route leaves the mesh");
      status = tlm::TLM_ADDRESS_ERROR_RESPONSE;
      continue;
    }
    const auto passage = core_.pass(port, bits, arrival);
    activity.router_flits += core_.timing().flits(bits);
    if (port != Port::local) {
      activity.bit_hops += bits;
      ++counters.hops;
    }
    if (services_.trace != nullptr && services_.trace->states_wanted()) {
      const auto signal = link_signals_[index_of(port)];
      services_.trace->text(signal, passage.begin, kKindNames[static_cast<std::size_t>(header.kind)]);
      services_.trace->text(signal, passage.tail, "IDLE");
    }
    sc_core::sc_time branch =
        offset_of(core_.topology().has_neighbour(core_.node(), port) ? passage.head : passage.tail);
    (*output)->b_transport(payload, branch);
    if (!payload.is_response_ok()) {
      status = payload.get_response_status();
    }
    last = std::max(last, branch);
  }
  payload.set_response_status(status);
  delay = last;
  if (header.kind == PacketKind::access) {
    // The answer travels back: one flit of head, and the data that was read.
    const std::uint64_t answer =
        PacketHeader::header_bits + (payload.is_read() ? std::uint64_t{8} * payload.get_data_length() : 0);
    delay += to_sc_time(core_.timing().router_latency() + core_.timing().serialisation(answer));
  }
}

unsigned Router::transport_dbg(int /*port*/, tlm::tlm_generic_payload& payload) {
  const PacketExtension* head = head_of(payload);
  if (head == nullptr || head->header.by_table) {
    return 0;
  }
  if (owns(head->header, payload.get_address())) {
    if (!payload.is_read() || payload.get_data_length() != sizeof(std::uint32_t)) {
      return 0;
    }
    access_table(payload);
    return payload.is_response_ok() ? payload.get_data_length() : 0;
  }
  const std::uint8_t ports = core_.ports_of(head->header);
  for (const Port port : all_ports) {
    if ((ports & mask_of(port)) != 0 && outputs_[index_of(port)]) {
      return (*outputs_[index_of(port)])->transport_dbg(payload);
    }
  }
  return 0;
}

/// The mesh is loosely timed only so far: a non-blocking call is answered with an error at once.
tlm::tlm_sync_enum Router::nb_transport_fw(int /*port*/, tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                                           sc_core::sc_time& /*delay*/) {
  refuse(payload, tlm::TLM_GENERIC_ERROR_RESPONSE, "non-blocking transport");
  phase = tlm::BEGIN_RESP;
  return tlm::TLM_COMPLETED;
}

void Router::access_table(tlm::tlm_generic_payload& payload) {
  const std::uint64_t offset = (payload.get_address() - node_window_base) % node_window_bytes - router_table_offset;
  const std::size_t entry = offset / sizeof(std::uint32_t);
  if (payload.get_data_length() != sizeof(std::uint32_t) || offset % sizeof(std::uint32_t) != 0) {
    refuse(payload, tlm::TLM_BURST_ERROR_RESPONSE, "a route table access that is not one aligned word");
    return;
  }
  if (entry >= core_.route_entries()) {
    refuse(payload, tlm::TLM_ADDRESS_ERROR_RESPONSE, "a route table entry that does not exist");
    return;
  }
  std::uint32_t word = 0;
  if (payload.is_write()) {
    std::memcpy(&word, payload.get_data_ptr(), sizeof word);
    core_.set_route(entry, static_cast<std::uint8_t>(word & 0x1fU));
  } else if (payload.is_read()) {
    word = core_.route(entry);
    std::memcpy(payload.get_data_ptr(), &word, sizeof word);
  }
  payload.set_response_status(tlm::TLM_OK_RESPONSE);
}

void Router::refuse(tlm::tlm_generic_payload& payload, tlm::tlm_response_status status, const char* why) {
  payload.set_response_status(status);
  if (!reported_) {  // once: a wrong route table would repeat it for every packet
    reported_ = true;
    SC_REPORT_WARNING("/kirchhoff/router", (std::string{name()} + ": " + why).c_str());
  }
}

}  // namespace kirchhoff::interconnect
