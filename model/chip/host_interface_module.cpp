#include "model/chip/host_interface_module.h"

#include <algorithm>
#include <cstring>

#include "foundation/ledger.h"
#include "interconnect/packet_address.h"
#include "interconnect/packet_time.h"

namespace kirchhoff::model {

using foundation::Duration;
using foundation::Phase;
using interconnect::absolute;
using interconnect::offset_of;
using interconnect::to_sc_time;

HostInterface::HostInterface(const sc_core::sc_module_name& name, const ChipDescription& chip,
                             interconnect::PacketPool& packets, const foundation::Services& services)
    : sc_core::sc_module(name),
      host("host"),
      memory("memory"),
      sequencer_dma("sequencer_dma"),
      sequencer_events("sequencer_events"),
      sequencer_control("sequencer_control"),
      mesh("mesh"),
      interrupt("interrupt"),
      parameters_(chip.host),
      services_(services),
      topology_(chip.topology),
      shapes_{
          (chip.topology.rows << 16) | chip.topology.columns,
          (static_cast<std::uint32_t>(chip.tile.rows) << 16) | static_cast<std::uint32_t>(chip.tile.columns)},
      ideal_(chip.tile.detail == tiles::Detail::ideal),
      sender_(mesh, packets),
      trace_(services, this->name()) {
  host.register_b_transport(this, &HostInterface::host_transport);
  host.register_transport_dbg(this, &HostInterface::host_debug);
  sequencer_dma.register_b_transport(this, &HostInterface::dma_transport);
  sequencer_events.register_b_transport(this, &HostInterface::events_transport);
  reset_registers();
  SC_HAS_PROCESS(HostInterface);
  SC_METHOD(drive_interrupt);
  sensitive << interrupt_changed_;
  dont_initialize();
}

void HostInterface::reset_registers() {
  registers_.fill(0);
  own(host_register::identification) = identification_value;
  own(host_register::version) = register_map_version;
  own(host_register::mesh_shape) = shapes_[0];
  own(host_register::tile_shape) = shapes_[1];
  own(host_register::capabilities) = ideal_ ? 1 : 0;
}

void HostInterface::restore(foundation::StateReader& reader) {
  reader(registers_, bus_);
  interrupt_changed_.notify(sc_core::SC_ZERO_TIME);
}

void HostInterface::set_power(bool on) {
  powered_ = on;
  reset_registers();
  bus_.release();
  interrupt_changed_.notify(sc_core::SC_ZERO_TIME);
}

// ---- from the host ----------------------------------------------------------------------------------

bool HostInterface::is_node_address(std::uint64_t address) const {
  return (interconnect::is_cell_address(address) || address >= interconnect::node_window_base) &&
         interconnect::node_of_address(address) < topology_.node_count();
}

void HostInterface::host_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  const std::uint64_t address = payload.get_address();
  payload.set_dmi_allowed(false);
  if (!powered_) {
    payload.set_response_status(tlm::TLM_GENERIC_ERROR_RESPONSE);
    return;
  }
  if (payload.get_byte_enable_ptr() != nullptr) {
    payload.set_response_status(tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE);
    return;
  }
  if (payload.get_data_length() != sizeof(std::uint32_t) ||
      payload.get_streaming_width() < sizeof(std::uint32_t) || address % sizeof(std::uint32_t) != 0) {
    payload.set_response_status(tlm::TLM_BURST_ERROR_RESPONSE);
    return;
  }
  if (payload.get_command() == tlm::TLM_IGNORE_COMMAND) {
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
    return;
  }
  const Duration begin = absolute(delay);
  delay += to_sc_time(parameters_.register_access);
  if (address < host_registers_base + host_registers_bytes) {
    payload.set_response_status(access_own(payload, delay));
  } else if (address < sequencer_registers_base + sequencer_registers_bytes) {
    sequencer_control->b_transport(payload, delay);
  } else if (is_node_address(address) && !interconnect::is_cell_address(address)) {
    payload.set_response_status(access_node(payload, delay));
  } else {
    payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
  }
  const Duration end = absolute(delay);
  services_.ledger.elapsed(Phase::setup) += end - begin;
  trace_.accessed(address, payload.is_read(), begin, end,
                  interconnect::response_name(payload.get_response_status()));
}

tlm::tlm_response_status HostInterface::access_own(tlm::tlm_generic_payload& payload,
                                                   const sc_core::sc_time& delay) {
  const auto offset = static_cast<std::uint32_t>(payload.get_address() - host_registers_base);
  const auto doc = std::find_if(host_register_docs.begin(), host_register_docs.end(),
                                [&](const RegisterDoc& candidate) { return candidate.offset == offset; });
  if (doc == host_register_docs.end()) {
    return tlm::TLM_ADDRESS_ERROR_RESPONSE;
  }
  std::uint32_t word = own(offset);
  if (payload.is_read()) {
    std::memcpy(payload.get_data_ptr(), &word, sizeof word);
    return tlm::TLM_OK_RESPONSE;
  }
  if (doc->access == RegisterAccess::read_only) {
    return tlm::TLM_COMMAND_ERROR_RESPONSE;
  }
  std::memcpy(&word, payload.get_data_ptr(), sizeof word);
  own(offset) = doc->access == RegisterAccess::write_one_to_clear ? own(offset) & ~word : word;
  interrupt_changed_.notify(delay);
  return tlm::TLM_OK_RESPONSE;
}

tlm::tlm_response_status HostInterface::access_node(tlm::tlm_generic_payload& payload,
                                                    sc_core::sc_time& delay) {
  Duration at = absolute(delay);
  const std::span<std::byte> bytes{reinterpret_cast<std::byte*>(payload.get_data_ptr()),
                                   payload.get_data_length()};
  const auto status = sender_.access(payload.get_command(), payload.get_address(), bytes, Phase::setup, at);
  delay = offset_of(at);
  return status;
}

unsigned HostInterface::host_debug(tlm::tlm_generic_payload& payload) {
  const std::uint64_t address = payload.get_address();
  if (!payload.is_read()) {
    return 0;
  }
  if (is_node_address(address)) {
    const std::span<std::byte> bytes{reinterpret_cast<std::byte*>(payload.get_data_ptr()),
                                     payload.get_data_length()};
    auto& packet = sender_.access_payload(tlm::TLM_READ_COMMAND, address, bytes, Phase::setup, Duration{0});
    const unsigned done = mesh->transport_dbg(packet);
    std::memcpy(payload.get_data_ptr(), packet.get_data_ptr(), done);
    packet.release();
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
    return done;
  }
  if (address >= sequencer_registers_base && address < sequencer_registers_base + sequencer_registers_bytes) {
    return sequencer_control->transport_dbg(payload);
  }
  if (address + sizeof(std::uint32_t) <= sizeof registers_ &&
      payload.get_data_length() == sizeof(std::uint32_t) && address % sizeof(std::uint32_t) == 0) {
    std::memcpy(payload.get_data_ptr(), &registers_[address / 4], sizeof(std::uint32_t));
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
    return sizeof(std::uint32_t);
  }
  return 0;
}

// ---- from the sequencer -----------------------------------------------------------------------------

void HostInterface::dma_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  const Duration length =
      parameters_.dma_latency + foundation::from_seconds(static_cast<double>(payload.get_data_length()) /
                                                         parameters_.dma_bytes_per_second);
  const Duration asked = absolute(delay);
  const Duration begin = bus_.reserve(asked, length);
  services_.ledger.counters().dma_bytes += payload.get_data_length();
  ++services_.ledger.counters().dma_accesses;
  delay = offset_of(begin + length);
  memory->b_transport(payload, delay);
  trace_.burst(payload.get_address(), payload.get_data_length(), payload.is_read(), asked, begin,
               begin + length, interconnect::response_name(payload.get_response_status()));
  if (!payload.is_response_ok()) {
    own(host_register::error_address_low) = static_cast<std::uint32_t>(payload.get_address());
    own(host_register::error_address_high) = static_cast<std::uint32_t>(payload.get_address() >> 32);
  }
}

void HostInterface::events_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  std::array<std::uint32_t, 2> words{};
  std::memcpy(words.data(), payload.get_data_ptr(), sizeof words);
  own(host_register::interrupt_status) |= words[0];
  own(host_register::error_status) |= words[1];
  interrupt_changed_.notify(delay);
  payload.set_response_status(tlm::TLM_OK_RESPONSE);
}

void HostInterface::drive_interrupt() {
  const bool level = (own(host_register::interrupt_status) & own(host_register::interrupt_enable)) != 0;
  interrupt.write(level);
  trace_.interrupt(level, interconnect::to_duration(sc_core::sc_time_stamp()));
}

}  // namespace kirchhoff::model
