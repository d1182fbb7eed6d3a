#include "model/chip/sequencer_module.h"

#include <cstring>

#include "foundation/rest_listener.h"
#include "foundation/transaction_listener.h"
#include "interconnect/packet_time.h"

namespace kirchhoff::model {

using foundation::Duration;
using interconnect::absolute;
using interconnect::offset_of;
using interconnect::to_duration;

namespace {

void prepare_payload(tlm::tlm_generic_payload& payload, tlm::tlm_command command, std::uint64_t address,
                     std::byte* bytes, std::size_t size) {
  payload.set_command(command);
  payload.set_address(address);
  payload.set_data_ptr(reinterpret_cast<unsigned char*>(bytes));
  payload.set_data_length(static_cast<unsigned>(size));
  payload.set_streaming_width(static_cast<unsigned>(size));
  payload.set_byte_enable_ptr(nullptr);
  payload.set_dmi_allowed(false);
  payload.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
}

}  // namespace

Sequencer::Sequencer(const sc_core::sc_module_name& name, const SequencerParameters& parameters,
                     Duration quantum, interconnect::Mesh& mesh, interconnect::PacketPool& packets,
                     const foundation::Services& services)
    : sc_core::sc_module(name),
      control("control"),
      events("events"),
      dma("dma"),
      mesh_out("mesh_out"),
      mesh_in("mesh_in"),
      services_(services),
      quantum_(quantum),
      mesh_(mesh),
      sender_(mesh_out, packets),
      core_(parameters, *this, services, this->name()) {
  control.register_b_transport(this, &Sequencer::control_transport);
  control.register_transport_dbg(this, &Sequencer::control_debug);
  mesh_in.register_b_transport(this, &Sequencer::mesh_transport);
  SC_HAS_PROCESS(Sequencer);
  SC_THREAD(run);
  // A call through the mesh nests a frame per hop and layer.
  set_stack_size(8U << 20);
}

// ---- the ring ---------------------------------------------------------------------------------------

void Sequencer::run() {
  auto& settings = core_.settings();
  while (true) {
    wait(doorbell_);
    now_ = to_duration(sc_core::sc_time_stamp());
    settings.put(sequencer_register::busy, 1);
    std::uint32_t errors = 0;
    while (true) {
      const std::uint32_t entries = settings.get(sequencer_register::ring_entries);
      const std::uint32_t head = settings.get(sequencer_register::ring_head);
      if (entries == 0 || head == settings.get(sequencer_register::ring_tail) % entries) {
        break;
      }
      Descriptor descriptor;
      Completion completion;
      if (core_.is_under_way()) {
        descriptor = core_.descriptor_under_way();
        mesh_.settle(now_);
        completion = core_.resume(now_);
      } else if (dma_read(settings.ring_base() + std::uint64_t{head} * sizeof descriptor,
                          std::as_writable_bytes(std::span{&descriptor, 1}), now_)) {
        completion = core_.execute(descriptor, now_);
      } else {
        completion.error = error_dma;
      }
      if (descriptor.completion_address != 0 &&
          !dma_write(descriptor.completion_address, std::as_bytes(std::span{&completion, 1}), now_)) {
        completion.error |= error_dma;
      }
      errors |= completion.error;
      settings.put(sequencer_register::ring_head, (head + 1) % entries);
      show_ring(now_);
      synchronise();
    }
    settings.put(sequencer_register::busy, 0);
    raise(interrupt_completion | (errors != 0 ? std::uint32_t{interrupt_error} : 0U), errors);
  }
}

void Sequencer::show_ring(Duration at) {
  const auto& settings = core_.settings();
  const std::uint32_t entries = settings.get(sequencer_register::ring_entries);
  if (entries > 0) {
    const std::uint32_t tail = settings.get(sequencer_register::ring_tail) % entries;
    core_.show_waiting((tail + entries - settings.get(sequencer_register::ring_head)) % entries, at);
  }
}

/// Lets others run, who find the ledger up to date.
void Sequencer::synchronise() {
  mesh_.book_traffic();
  const Duration kernel = to_duration(sc_core::sc_time_stamp());
  if (now_ > kernel) {
    wait(interconnect::to_sc_time(now_ - kernel));
  }
  if (services_.trace != nullptr) {
    services_.trace->settle(now_);
  }
  if (services_.transactions != nullptr) {
    services_.transactions->settle(now_);
  }
}

void Sequencer::settled(Duration now) {
  now_ = now;
  mesh_.settle(now);
  // The kernel keeps up with who records much, so that the writer can let go of what is past.
  const bool recorded = (services_.trace != nullptr && services_.trace->wants_settling()) ||
                        (services_.transactions != nullptr && services_.transactions->wants_settling());
  if (recorded || now - to_duration(sc_core::sc_time_stamp()) >= quantum_) {
    synchronise();
  }
}

void Sequencer::at_rest(Duration now) {
  if (services_.rest != nullptr) {
    mesh_.book_traffic();
    services_.rest->at_rest(now);
  }
}

void Sequencer::restore(foundation::StateReader& reader) {
  core_.restore(reader);
  if (core_.is_under_way()) {
    doorbell_.notify(sc_core::SC_ZERO_TIME);
  }
}

void Sequencer::raise(std::uint32_t interrupt, std::uint32_t error) {
  std::array<std::uint32_t, 2> words{interrupt, error};
  tlm::tlm_generic_payload payload;
  prepare_payload(payload, tlm::TLM_WRITE_COMMAND, 0, reinterpret_cast<std::byte*>(words.data()),
                  sizeof words);
  sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
  events->b_transport(payload, delay);
}

// ---- registers --------------------------------------------------------------------------------------

void Sequencer::control_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  const auto offset = static_cast<std::uint32_t>(payload.get_address() - sequencer_registers_base);
  std::uint32_t word = 0;
  if (payload.is_read()) {
    const auto value = core_.settings().read(offset);
    if (!value) {
      payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
      return;
    }
    std::memcpy(payload.get_data_ptr(), &*value, sizeof *value);
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
    return;
  }
  std::memcpy(&word, payload.get_data_ptr(), sizeof word);
  if (!core_.settings().write(offset, word)) {
    payload.set_response_status(core_.settings().read(offset) ? tlm::TLM_COMMAND_ERROR_RESPONSE
                                                              : tlm::TLM_ADDRESS_ERROR_RESPONSE);
    return;
  }
  if (offset == sequencer_register::ring_tail) {
    doorbell_.notify(delay);
    show_ring(absolute(delay));
  } else if (offset == sequencer_register::ring_entries) {
    core_.settings().put(sequencer_register::ring_head, 0);  // a new ring starts at its first entry
  }
  payload.set_response_status(tlm::TLM_OK_RESPONSE);
}

unsigned Sequencer::control_debug(tlm::tlm_generic_payload& payload) {
  const auto value =
      core_.settings().read(static_cast<std::uint32_t>(payload.get_address() - sequencer_registers_base));
  if (!payload.is_read() || !value || payload.get_data_length() != sizeof *value) {
    return 0;
  }
  std::memcpy(payload.get_data_ptr(), &*value, sizeof *value);
  payload.set_response_status(tlm::TLM_OK_RESPONSE);
  return sizeof *value;
}

// ---- mesh and host memory ---------------------------------------------------------------------------

void Sequencer::mesh_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  const auto* head = interconnect::head_of(payload);
  bool taken = false;
  if (head != nullptr) {
    const std::size_t bytes = head->header.count * interconnect::bytes_of(head->header.format);
    taken = bytes <= payload.get_data_length() &&
            core_.receive(head->header, {reinterpret_cast<const std::byte*>(payload.get_data_ptr()), bytes},
                          absolute(delay));
  }
  payload.set_response_status(taken ? tlm::TLM_OK_RESPONSE : tlm::TLM_GENERIC_ERROR_RESPONSE);
}

bool Sequencer::send(const interconnect::PacketHeader& header, std::span<const std::byte> payload,
                     Duration at) {
  return sender_.post(header, payload, at);
}

bool Sequencer::dma_access(tlm::tlm_command command, std::uint64_t address, std::byte* bytes,
                           std::size_t size, Duration& at) {
  prepare_payload(dma_payload_, command, address, bytes, size);
  sc_core::sc_time delay = offset_of(at);
  dma->b_transport(dma_payload_, delay);
  at = absolute(delay);
  return dma_payload_.is_response_ok();
}

bool Sequencer::dma_read(std::uint64_t address, std::span<std::byte> bytes, Duration& at) {
  return dma_access(tlm::TLM_READ_COMMAND, address, bytes.data(), bytes.size(), at);
}

bool Sequencer::dma_write(std::uint64_t address, std::span<const std::byte> bytes, Duration& at) {
  // A target only reads the data of a write; the payload has no const pointer to say so.
  return dma_access(tlm::TLM_WRITE_COMMAND, address, const_cast<std::byte*>(bytes.data()), bytes.size(), at);
}

bool Sequencer::write_cells(std::uint64_t address, std::span<const std::byte> bytes, Duration& at) {
  std::vector<std::byte> copy(bytes.begin(), bytes.end());
  return sender_.access(tlm::TLM_WRITE_COMMAND, address, copy, foundation::Phase::setup, at) ==
         tlm::TLM_OK_RESPONSE;
}

bool Sequencer::read_cells(std::uint64_t address, std::span<std::byte> bytes, Duration& at) {
  return sender_.access(tlm::TLM_READ_COMMAND, address, bytes, foundation::Phase::setup, at) ==
         tlm::TLM_OK_RESPONSE;
}

}  // namespace kirchhoff::model
