#include "model/chip/sequencer_module.h"

#include <cstring>
#include <utility>

#include "foundation/rest_listener.h"
#include "foundation/transaction_listener.h"
#include "interconnect/packet_time.h"
#include "model/chip/descriptor_check.h"

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

/// How often the sequencer looks whether what it waits for can still come; no result depends on it.
sc_core::sc_time look_up_period() {
  return {1, sc_core::SC_MS};
}

}  // namespace

Sequencer::Sequencer(const sc_core::sc_module_name& name, const SequencerParameters& parameters,
                     Duration quantum, const interconnect::MeshStyle& style, interconnect::Mesh& mesh,
                     interconnect::PacketPool& packets, const foundation::Services& services)
    : sc_core::sc_module(name),
      control("control"),
      events("events"),
      dma("dma"),
      mesh_out("mesh_out"),
      mesh_in("mesh_in"),
      services_(services),
      quantum_(quantum),
      mesh_(mesh),
      packets_(packets),
      timed_(style.approximately_timed()
                 ? std::make_unique<interconnect::PacketPort>(
                       mesh_out, packets, style.timing,
                       [this](tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
                         mesh_transport(payload, delay);
                       })
                 : nullptr),
      sender_(mesh_out, packets, timed_.get()),
      core_(parameters, *this, services, this->name()),
      ring_(core_.settings()) {
  control.register_b_transport(this, &Sequencer::control_transport);
  control.register_transport_dbg(this, &Sequencer::control_debug);
  mesh_in.register_b_transport(this, &Sequencer::mesh_transport);
  SC_HAS_PROCESS(Sequencer);
  SC_THREAD(run);
  // A call through the mesh nests a frame per hop and layer.
  set_stack_size(8U << 20);
  if (timed_ != nullptr) {
    mesh_in.register_nb_transport_fw(this, &Sequencer::mesh_forward);
    mesh_out.register_nb_transport_bw(this, &Sequencer::mesh_backward);
    timed_->answers_through(mesh_in);
    SC_THREAD(run_ahead);
    SC_METHOD(step_port);
    sensitive << timed_->woken();
    dont_initialize();
  }
}

// ---- approximately timed ----------------------------------------------------------------------------

void Sequencer::step_port() {
  timed_->step();
}

tlm::tlm_sync_enum Sequencer::mesh_forward(tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                                           sc_core::sc_time& delay) {
  return timed_->forward(payload, phase, delay);
}

tlm::tlm_sync_enum Sequencer::mesh_backward(tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                                            sc_core::sc_time& delay) {
  return timed_->backward(payload, phase, delay);
}

/// Waits as long as packets are under way that may still bring it about.
bool Sequencer::arrived(const bool& here) {
  constexpr int kMostIdleLooks = 1000;
  std::uint64_t hops = 0;
  for (int idle_looks = 0; timed_ != nullptr && !here && idle_looks < kMostIdleLooks; ++idle_looks) {
    if (packets_.in_flight() == 0) {
      return false;
    }
    wait(look_up_period(), delivered_);
    const std::uint64_t hops_now = services_.ledger.counters().hops;
    idle_looks = hops_now == hops ? idle_looks : 0;
    hops = hops_now;
  }
  return here;
}

bool Sequencer::begin_ahead() {
  if (timed_ == nullptr) {
    return false;
  }
  ahead_wanted_ = true;
  ahead_changed_.notify(sc_core::SC_ZERO_TIME);
  return true;
}

void Sequencer::end_ahead() {
  while (ahead_wanted_) {
    wait(ahead_changed_);
  }
}

void Sequencer::run_ahead() {
  while (true) {
    wait(ahead_changed_);
    if (ahead_wanted_) {
      core_.fetch_ahead();
      ahead_wanted_ = false;
      ahead_changed_.notify(sc_core::SC_ZERO_TIME);
    }
  }
}

// ---- the ring ---------------------------------------------------------------------------------------

void Sequencer::run() {
  auto& settings = core_.settings();
  while (true) {
    wait(doorbell_);
    now_ = to_duration(sc_core::sc_time_stamp());
    if (!running_ || (!core_.is_under_way() && ring_.outstanding() == 0)) {
      continue;
    }
    settings.put(sequencer_register::busy, 1);
    work_off();
    settings.put(sequencer_register::busy, 0);
    if (aborting_) {
      aborting_ = false;
      ring_.discard();
    }
    if (is_stopping()) {
      std::exchange(then_, nullptr)();
    } else if (ring_.outstanding() == 0) {
      raise({.interrupts = interrupt_completion});
    }
  }
}

/// Descriptors from the ring's head until there is none, or the host wants it to end.
void Sequencer::work_off() {
  while (running_ && !stopping() && (core_.is_under_way() || ring_.outstanding() > 0)) {
    const std::uint64_t address = ring_.head_address();
    Descriptor descriptor;
    Completion completion;
    Fault unread;
    if (core_.is_under_way()) {
      descriptor = core_.descriptor_under_way();
      mesh_.settle(now_);
      completion = core_.resume(now_);
    } else if (dma_read(address, std::as_writable_bytes(std::span{&descriptor, 1}), now_)) {
      completion = core_.execute(descriptor, now_);
    } else {
      unread = {ErrorCause::dma_read, address};
      completion.error = error_dma;
    }
    if (is_stopping()) {  // a soft reset forgets the descriptor
      synchronise();
      return;
    }
    end_descriptor(descriptor, completion, unread.any() ? unread : core_.fault(), address);
  }
}

/// Writes the record of a descriptor that lies at `address`, gives its entry back and tells the host.
void Sequencer::end_descriptor(const Descriptor& descriptor, Completion completion, Fault fault,
                               std::uint64_t address) {
  if (completion.error == 0) {
    fault = {};
  } else if (completion.error == error_descriptor && fault.address == 0) {
    fault.address = address;
  }
  if (descriptor.completion_address != 0 && !overflows(descriptor.completion_address, sizeof completion)) {
    LongCompletion record{.completion = completion,
                          .cause = static_cast<std::uint32_t>(fault.cause),
                          .error_address = fault.address};
    const auto bytes = std::as_bytes(std::span{&record, 1});
    const bool written = dma_write(
        descriptor.completion_address,
        bytes.first(descriptor.has(descriptor_long_record) ? sizeof record : sizeof completion), now_);
    if (!written && !fault.any()) {
      fault = {ErrorCause::dma_write, descriptor.completion_address};
    }
    completion.error |= written ? 0U : std::uint32_t{error_dma};
  }
  synchronise();
  ring_.pop();
  show_ring(now_);
  ChipEvent event{.errors = completion.error, .fault = fault, .tag = descriptor.tag};
  event.interrupts = descriptor.has(descriptor_interrupt) ? std::uint32_t{interrupt_descriptor} : 0U;
  if (event.interrupts != 0 || event.errors != 0) {
    raise(event);
  }
}

void Sequencer::set_running(bool on) {
  if (on && !running_) {
    doorbell_.notify(sc_core::SC_ZERO_TIME);
  }
  running_ = on;
}

void Sequencer::abort() {
  if (busy()) {
    aborting_ = true;
  } else {
    ring_.discard();
  }
}

void Sequencer::stop(std::function<void()> then) {
  if (busy()) {
    then_ = std::move(then);
  } else {
    then();
  }
}

void Sequencer::reset() {
  core_.reset();
  running_ = true;
  aborting_ = false;
}

void Sequencer::show_ring(Duration at) {
  core_.show_waiting(ring_.outstanding(), at);
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
  if (recorded || timed_ != nullptr || now - to_duration(sc_core::sc_time_stamp()) >= quantum_) {
    synchronise();
  }
}

void Sequencer::at_rest(Duration now) {
  if (services_.rest != nullptr) {
    mesh_.book_traffic();
    services_.rest->at_rest(now);
  }
}

void Sequencer::save(foundation::StateWriter& writer) const {
  core_.save(writer);
  writer(running_, aborting_);
}

void Sequencer::restore(foundation::StateReader& reader) {
  core_.restore(reader);
  reader(running_, aborting_);
  if (core_.is_under_way()) {
    doorbell_.notify(sc_core::SC_ZERO_TIME);
  }
}

void Sequencer::raise(ChipEvent event, const sc_core::sc_time& delay) {
  tlm::tlm_generic_payload payload;
  prepare_payload(payload, tlm::TLM_WRITE_COMMAND, 0, reinterpret_cast<std::byte*>(&event), sizeof event);
  sc_core::sc_time local = delay;
  events->b_transport(payload, local);
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
  if (DescriptorRing::governs(offset)) {
    payload.set_response_status(tlm::TLM_OK_RESPONSE);  // posted: what is wrong is in ERROR_STATUS
    const ErrorCause cause = ring_.write(offset, word, busy());
    if (cause != ErrorCause::none) {
      raise({.errors = error_bit(cause), .fault = {cause, payload.get_address()}}, delay);
    } else if (offset == sequencer_register::ring_tail || offset == sequencer_register::doorbell) {
      doorbell_.notify(delay);
      show_ring(absolute(delay));
    }
    return;
  }
  if (!core_.settings().write(offset, word)) {
    payload.set_response_status(core_.settings().read(offset) ? tlm::TLM_COMMAND_ERROR_RESPONSE
                                                              : tlm::TLM_ADDRESS_ERROR_RESPONSE);
    return;
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
  if (timed_ != nullptr) {
    delivered_.notify(sc_core::SC_ZERO_TIME);
  }
}

bool Sequencer::send(const interconnect::PacketHeader& header, std::span<const std::byte> payload,
                     Duration at) {
  return sender_.originate(header, payload, at);
}

bool Sequencer::dma_access(tlm::tlm_command command, std::uint64_t address, std::byte* bytes,
                           std::size_t size, Duration& at) {
  const auto access = [&](tlm::tlm_generic_payload& payload) {
    prepare_payload(payload, command, address, bytes, size);
    sc_core::sc_time delay = offset_of(at);
    dma->b_transport(payload, delay);
    at = absolute(delay);
    return payload.is_response_ok();
  };
  if (timed_ == nullptr) {
    return access(dma_payload_);
  }
  tlm::tlm_generic_payload payload;  // both threads may have one under way
  return access(payload);
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
