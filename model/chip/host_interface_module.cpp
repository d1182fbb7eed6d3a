#include "model/chip/host_interface_module.h"

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

namespace {

std::uint32_t two_halves(std::size_t upper, std::size_t lower) {
  return (static_cast<std::uint32_t>(upper) << 16) | static_cast<std::uint32_t>(lower);
}

HostRegisters::Identity identity_of(const ChipDescription& chip) {
  const bool ideal = chip.tile.detail == tiles::Detail::ideal;
  return {.mesh_shape = two_halves(chip.topology.rows, chip.topology.columns),
          .tile_shape = two_halves(chip.tile.rows, chip.tile.columns),
          .capabilities = (ideal ? 1U : 0U) |
                          (chip.host.virtual_channels << capability_virtual_channels_shift) |
                          (chip.host.reductions << capability_reductions_shift) |
                          ((chip.host.examples_in_flight - 1) << capability_in_flight_shift) |
                          ((most_ring_entries - 1) << capability_outstanding_shift),
          .table_sizes = two_halves(chip.tile.flow_entries, chip.route_entries),
          .cycle_ps = static_cast<std::uint32_t>(chip.link.cycle.count())};
}

/// Number of the region of the address map; accesses must not go from one into the next.
int region_of(std::uint64_t address) {
  if (address < sequencer_registers_base) {
    return 0;
  }
  if (address < sequencer_registers_base + sequencer_registers_bytes) {
    return 1;
  }
  if (interconnect::is_cell_address(address)) {
    return 3;
  }
  return address < interconnect::node_window_base ? 2 : 4;
}

bool crosses_a_region(std::uint64_t address, std::uint64_t bytes) {
  const std::uint64_t last = address + (bytes - 1);
  return last < address || region_of(address) != region_of(last) ||
         (region_of(address) == 4 &&
          (address - interconnect::node_window_base) / interconnect::node_window_bytes !=
              (last - interconnect::node_window_base) / interconnect::node_window_bytes);
}

}  // namespace

HostInterface::HostInterface(const sc_core::sc_module_name& name, const ChipDescription& chip,
                             ChipManagement& management, interconnect::PacketPool& packets,
                             const foundation::Services& services)
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
      bursts_(memory),
      timed_(chip.style == foundation::CodingStyle::approximately_timed
                 ? std::make_unique<interconnect::PacketPort>(mesh, packets, chip.link, nullptr)
                 : nullptr),
      sender_(mesh, packets, timed_.get()),
      management_(management),
      registers_(identity_of(chip), management),
      trace_(services, this->name()) {
  host.register_b_transport(this, &HostInterface::host_transport);
  host.register_transport_dbg(this, &HostInterface::host_debug);
  sequencer_dma.register_b_transport(this, &HostInterface::dma_transport);
  sequencer_events.register_b_transport(this, &HostInterface::events_transport);
  memory.register_nb_transport_bw(this, &HostInterface::memory_backward);
  mesh.register_nb_transport_bw(this, &HostInterface::mesh_backward);
  SC_HAS_PROCESS(HostInterface);
  if (timed_ != nullptr) {
    SC_METHOD(step_port);
    sensitive << timed_->woken();
    dont_initialize();
  }
  SC_METHOD(drive_interrupt);
  sensitive << interrupt_changed_;
  dont_initialize();
}

// ---- approximately timed ----------------------------------------------------------------------------

tlm::tlm_sync_enum HostInterface::memory_backward(tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                                                  sc_core::sc_time& delay) {
  return bursts_.backward(payload, phase, delay);
}

tlm::tlm_sync_enum HostInterface::mesh_backward(tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                                                sc_core::sc_time& delay) {
  return timed_ == nullptr ? tlm::TLM_COMPLETED : timed_->backward(payload, phase, delay);
}

void HostInterface::step_port() {
  timed_->step();
}

void HostInterface::restore(foundation::StateReader& reader) {
  reader(registers_, bus_);
  interrupt_changed_.notify(sc_core::SC_ZERO_TIME);
}

void HostInterface::set_power(bool on) {
  powered_ = on;
  bus_.release();
  reset();
}

void HostInterface::reset() {
  registers_.reset(interconnect::to_duration(sc_core::sc_time_stamp()));
  interrupt_changed_.notify(sc_core::SC_ZERO_TIME);
}

// ---- from the host ----------------------------------------------------------------------------------

bool HostInterface::is_node_address(std::uint64_t address) const {
  const std::uint64_t nodes = topology_.node_count();
  if (interconnect::is_cell_address(address)) {
    return (address - interconnect::cell_window_base) >> interconnect::cell_node_shift < nodes;
  }
  return address >= interconnect::node_window_base &&
         (address - interconnect::node_window_base) / interconnect::node_window_bytes < nodes;
}

/// What the host did wrong: for the driver in ERROR_STATUS and by interrupt, for the bus as a response.
tlm::tlm_response_status HostInterface::refuse(tlm::tlm_response_status status, ErrorCause cause,
                                               std::uint64_t address) {
  registers_.note({.errors = error_bit(cause), .fault = {cause, address}});
  return status;
}

/// The form of an access, wherever it goes to.
tlm::tlm_response_status HostInterface::check_access(const tlm::tlm_generic_payload& payload) {
  const std::uint64_t address = payload.get_address();
  const std::uint64_t bytes = payload.get_data_length();
  if (payload.get_byte_enable_ptr() != nullptr) {
    return refuse(tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE, ErrorCause::byte_enables, address);
  }
  if (bytes > 0 && crosses_a_region(address, bytes)) {
    return refuse(tlm::TLM_BURST_ERROR_RESPONSE, ErrorCause::burst_across_regions, address);
  }
  if (bytes != sizeof(std::uint32_t) || payload.get_streaming_width() < sizeof(std::uint32_t) ||
      address % sizeof(std::uint32_t) != 0) {
    return refuse(tlm::TLM_BURST_ERROR_RESPONSE, ErrorCause::unsupported_size, address);
  }
  return tlm::TLM_OK_RESPONSE;
}

void HostInterface::host_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  const std::uint64_t address = payload.get_address();
  payload.set_dmi_allowed(false);
  if (!powered_) {
    payload.set_response_status(tlm::TLM_GENERIC_ERROR_RESPONSE);
    return;
  }
  const auto form = check_access(payload);
  if (form != tlm::TLM_OK_RESPONSE || payload.get_command() == tlm::TLM_IGNORE_COMMAND) {
    payload.set_response_status(form);
    interrupt_changed_.notify(delay);
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
  if (!payload.is_response_ok()) {
    const auto status = payload.get_response_status();
    refuse(status,
           status == tlm::TLM_ADDRESS_ERROR_RESPONSE   ? ErrorCause::unmapped_address
           : status == tlm::TLM_COMMAND_ERROR_RESPONSE ? ErrorCause::read_only
                                                       : ErrorCause::refused_by_node,
           address);
    interrupt_changed_.notify(delay);
  }
  const Duration end = absolute(delay);
  services_.ledger.elapsed(Phase::setup) += end - begin;
  trace_.accessed(address, payload.is_read(), begin, end,
                  interconnect::response_name(payload.get_response_status()));
}

tlm::tlm_response_status HostInterface::access_own(tlm::tlm_generic_payload& payload,
                                                   const sc_core::sc_time& delay) {
  const auto offset = static_cast<std::uint32_t>(payload.get_address() - host_registers_base);
  std::uint32_t word = 0;
  if (payload.is_read()) {
    const auto value = registers_.read(offset, absolute(delay));
    if (!value) {
      return tlm::TLM_ADDRESS_ERROR_RESPONSE;
    }
    std::memcpy(payload.get_data_ptr(), &*value, sizeof *value);
    return tlm::TLM_OK_RESPONSE;
  }
  std::memcpy(&word, payload.get_data_ptr(), sizeof word);
  switch (registers_.write(offset, word)) {
    case HostRegisters::Written::ok:
      break;
    case HostRegisters::Written::no_register:
      return tlm::TLM_ADDRESS_ERROR_RESPONSE;
    case HostRegisters::Written::read_only:
      return tlm::TLM_COMMAND_ERROR_RESPONSE;
  }
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
  const auto value = address < host_registers_base + host_registers_bytes
                         ? registers_.peek(static_cast<std::uint32_t>(address - host_registers_base),
                                           interconnect::to_duration(sc_core::sc_time_stamp()))
                         : std::nullopt;
  if (!value || payload.get_data_length() != sizeof *value) {
    return 0;
  }
  std::memcpy(payload.get_data_ptr(), &*value, sizeof *value);
  payload.set_response_status(tlm::TLM_OK_RESPONSE);
  return sizeof *value;
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
  if (timed_ != nullptr) {
    bursts_.transport(payload, delay);
  } else {
    memory->b_transport(payload, delay);
  }
  trace_.burst(payload.get_address(), payload.get_data_length(), payload.is_read(), asked, begin,
               begin + length, interconnect::response_name(payload.get_response_status()));
}

void HostInterface::events_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  ChipEvent event;
  std::memcpy(&event, payload.get_data_ptr(), sizeof event);
  registers_.note(event);
  interrupt_changed_.notify(delay);
  payload.set_response_status(tlm::TLM_OK_RESPONSE);
}

void HostInterface::drive_interrupt() {
  const bool level = registers_.interrupt_level();
  interrupt.write(level);
  trace_.interrupt(level, interconnect::to_duration(sc_core::sc_time_stamp()));
}

}  // namespace kirchhoff::model
