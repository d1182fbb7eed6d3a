#include "tiles/tile.h"

#include <cstring>
#include <memory>
#include <string>

#include "foundation/ledger.h"
#include "interconnect/packet_address.h"
#include "interconnect/packet_pool.h"
#include "interconnect/packet_time.h"

namespace kirchhoff::tiles {

using foundation::Duration;
using namespace interconnect;

namespace {

tlm::tlm_response_status response_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::ok:
      return tlm::TLM_OK_RESPONSE;
    case Outcome::bad_address:
      return tlm::TLM_ADDRESS_ERROR_RESPONSE;
    case Outcome::unknown_flow:
    case Outcome::bad_packet:
      break;
  }
  return tlm::TLM_GENERIC_ERROR_RESPONSE;
}

}  // namespace

Tile::Tile(const sc_core::sc_module_name& name, NodeId node, const TileParameters& parameters,
           const MeshStyle& style, periphery::SharedTrains& trains, TileScratch& scratch, PacketPool& packets,
           const foundation::Services& services)
    : sc_core::sc_module(name),
      input("input"),
      output("output"),
      timed_(
          style.approximately_timed()
              ? std::make_unique<PacketPort>(output, packets, style.timing,
                                             [this](tlm::tlm_generic_payload& payload,
                                                    sc_core::sc_time& delay) { b_transport(payload, delay); })
              : nullptr),
      sender_(output, packets, timed_.get()),
      services_(services),
      core_(node, parameters, trains, services, this->name(), *this, &scratch),
      row_(parameters.columns) {
  input.register_b_transport(this, &Tile::b_transport);
  input.register_transport_dbg(this, &Tile::transport_dbg);
  input.register_nb_transport_fw(this, &Tile::nb_transport_fw);
  output.register_nb_transport_bw(this, &Tile::nb_transport_bw);
  if (timed_ != nullptr) {
    timed_->answers_through(input);
    SC_HAS_PROCESS(Tile);
    SC_METHOD(step_port);
    sensitive << timed_->woken();
    dont_initialize();
  }
}

bool Tile::send(const PacketHeader& header, std::span<const std::byte> payload, Duration at) {
  ++services_.ledger.counters().packets;
  return sender_.post(header, payload, at);
}

void Tile::b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  const PacketExtension* head = head_of(payload);
  if (head == nullptr) {
    payload.set_response_status(tlm::TLM_GENERIC_ERROR_RESPONSE);
    return;
  }
  if (payload.get_byte_enable_ptr() != nullptr) {
    payload.set_response_status(tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE);
    return;
  }
  Outcome outcome = Outcome::ok;
  if (head->header.kind != PacketKind::access) {
    // A packet without elements is padded to one byte; what it carries is count elements.
    const std::size_t bytes = head->header.count * bytes_of(head->header.format);
    outcome =
        bytes > payload.get_data_length()
            ? Outcome::bad_packet
            : core_.receive(head->header, {reinterpret_cast<const std::byte*>(payload.get_data_ptr()), bytes},
                            absolute(delay));
  } else if (is_cell_address(payload.get_address())) {
    Duration at = absolute(delay);
    outcome = access_cells(payload, at);
    delay = offset_of(at);
  } else {
    outcome = access_register(payload);
  }
  payload.set_response_status(response_of(outcome));
  if (outcome != Outcome::ok && !reported_) {  // once; the status register keeps it
    reported_ = true;
    SC_REPORT_WARNING(
        "/kirchhoff/tile",
        (std::string{name()} + ": refused a packet or access, see its STATUS register").c_str());
  }
}

unsigned Tile::transport_dbg(tlm::tlm_generic_payload& payload) {
  const std::uint64_t address = payload.get_address();
  unsigned char* data = payload.get_data_ptr();
  if (!payload.is_read()) {
    return 0;
  }
  if (!is_cell_address(address)) {
    const auto value =
        core_.read_register(static_cast<std::uint32_t>((address - node_window_base) % node_window_bytes));
    if (!value || payload.get_data_length() != sizeof *value) {
      return 0;
    }
    std::memcpy(data, &*value, sizeof *value);
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
    return sizeof *value;
  }
  const std::uint64_t in_node = (address - cell_window_base) & ((std::uint64_t{1} << cell_node_shift) - 1);
  const auto plane = static_cast<CellPlane>(in_node >> cell_plane_shift);
  const std::uint64_t first = (in_node & ((std::uint64_t{1} << cell_plane_shift) - 1)) / sizeof(float);
  unsigned done = 0;
  for (; done + sizeof(float) <= payload.get_data_length(); done += sizeof(float)) {
    const auto value = core_.inspect(plane, first + done / sizeof(float));
    if (!value) {
      break;
    }
    std::memcpy(data + done, &*value, sizeof *value);
  }
  payload.set_response_status(tlm::TLM_OK_RESPONSE);
  return done;
}

tlm::tlm_sync_enum Tile::nb_transport_fw(tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                                         sc_core::sc_time& delay) {
  if (timed_ == nullptr) {
    payload.set_response_status(tlm::TLM_GENERIC_ERROR_RESPONSE);
    return tlm::TLM_COMPLETED;
  }
  return timed_->forward(payload, phase, delay);
}

tlm::tlm_sync_enum Tile::nb_transport_bw(tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                                         sc_core::sc_time& delay) {
  return timed_ == nullptr ? tlm::TLM_COMPLETED : timed_->backward(payload, phase, delay);
}

void Tile::step_port() {
  timed_->step();
}

Outcome Tile::access_register(tlm::tlm_generic_payload& payload) {
  const auto offset =
      static_cast<std::uint32_t>((payload.get_address() - node_window_base) % node_window_bytes);
  std::uint32_t word = 0;
  if (payload.get_data_length() != sizeof word || offset % sizeof word != 0) {
    return Outcome::bad_address;
  }
  if (payload.is_write()) {
    std::memcpy(&word, payload.get_data_ptr(), sizeof word);
    return core_.write_register(offset, word);
  }
  const auto value = core_.read_register(offset);
  if (!value) {
    return Outcome::bad_address;
  }
  std::memcpy(payload.get_data_ptr(), &*value, sizeof *value);
  return Outcome::ok;
}

/// Weights are programmed and read by whole rows, from their first column.
Outcome Tile::access_cells(tlm::tlm_generic_payload& payload, Duration& at) {
  const std::uint64_t in_node =
      (payload.get_address() - cell_window_base) & ((std::uint64_t{1} << cell_node_shift) - 1);
  const std::size_t columns = core_.parameters().columns;
  const std::uint64_t cell = in_node / sizeof(float);
  const std::size_t count = payload.get_data_length() / sizeof(float);
  if ((in_node >> cell_plane_shift) != 0 || in_node % sizeof(float) != 0 || cell % columns != 0 ||
      count > columns) {
    return Outcome::bad_address;
  }
  const std::span<float> row{row_.data(), count};
  if (payload.is_write()) {
    std::memcpy(row.data(), payload.get_data_ptr(), row.size_bytes());
    return core_.program_row(cell / columns, row, at);
  }
  const Outcome outcome = core_.read_row(cell / columns, row, at);
  if (outcome == Outcome::ok) {
    std::memcpy(payload.get_data_ptr(), row.data(), row.size_bytes());
  }
  return outcome;
}

}  // namespace kirchhoff::tiles
