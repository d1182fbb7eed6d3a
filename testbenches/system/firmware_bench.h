#pragma once

#include <gtest/gtest.h>
#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include <array>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "foundation/state_writer.h"
#include "interconnect/packet_address.h"
#include "interconnect/packet_time.h"
#include "model/chip/chip.h"
#include "model/chip/register_map.h"
#include "testbenches/host/debug_access.h"
#include "testbenches/system/chip_bench.h"
#include "testbenches/system/raw_access.h"

namespace kirchhoff::testbenches {

/// A host that looks at what comes back: bare transactions with their responses, a ring of its own, memory
/// that refuses where it is told to. Beside it a ChipDriver, for what is not the point of a test.
class FirmwareHost : public sc_core::sc_module, public HostBus {
 public:
  using Program = std::function<void(FirmwareHost&)>;
  tlm_utils::simple_initiator_socket<FirmwareHost> socket{"socket"};
  tlm_utils::simple_target_socket<FirmwareHost> memory_socket{"memory_socket"};
  sc_core::sc_in<bool> interrupt{"interrupt"};
  MemoryMap memory;
  ChipDriver driver{*this, memory};
  /// A burst that touches this address gets this response.
  std::uint64_t refused_address = ~std::uint64_t{0};
  tlm::tlm_response_status refusal = tlm::TLM_ADDRESS_ERROR_RESPONSE;
  /// Told what the chip gets by a read of the size of a descriptor.
  std::function<void(const model::Descriptor&)> on_fetch;

  FirmwareHost(const sc_core::sc_module_name& name, Program program)
      : sc_core::sc_module(name), program_(std::move(program)) {
    memory_socket.register_b_transport(this, &FirmwareHost::memory_transport);
    SC_HAS_PROCESS(FirmwareHost);
    SC_THREAD(run);
    set_stack_size(1U << 20);
  }

  using Answer = RawAnswer;
  /// The host waits for the answer.
  Answer transport(tlm::tlm_command command, std::uint64_t address, std::uint32_t value = 0,
                   unsigned length = 4, bool byte_enables = false) {
    const sc_core::sc_time begin = sc_core::sc_time_stamp();
    const Answer answer = transport_raw(socket, {command, address, value, length, byte_enables});
    wait(begin + answer.delay - sc_core::sc_time_stamp());
    return answer;
  }
  Answer get(std::uint64_t address) { return transport(tlm::TLM_READ_COMMAND, address); }
  Answer put(std::uint64_t address, std::uint32_t value) {
    return transport(tlm::TLM_WRITE_COMMAND, address, value);
  }
  std::uint32_t host(std::uint32_t offset) { return read32(model::host_registers_base + offset); }
  void set_host(std::uint32_t offset, std::uint32_t value) {
    write32(model::host_registers_base + offset, value);
  }
  std::uint32_t sequencer(std::uint32_t offset) { return read32(model::sequencer_registers_base + offset); }
  void set_sequencer(std::uint32_t offset, std::uint32_t value) {
    write32(model::sequencer_registers_base + offset, value);
  }
  std::optional<std::uint32_t> peek32(std::uint64_t address) {
    std::uint32_t word = 0;
    return peek(address, std::as_writable_bytes(std::span{&word, 1})) == sizeof word ? std::optional{word}
                                                                                     : std::nullopt;
  }

  /// A ring of so many entries, empty.
  void make_ring(std::uint32_t entries) {
    entries_ = entries;
    ring_ = memory.allocate(entries * sizeof(model::Descriptor));
    records_ = memory.allocate(entries * sizeof(model::LongCompletion));
    set_ring();
  }
  /// The same ring once more, while the chip's holds nothing.
  void set_ring() {
    tail_ = 0;
    set_sequencer(model::sequencer_register::ring_entries, 0);
    set_sequencer(model::sequencer_register::ring_base_low, static_cast<std::uint32_t>(ring_));
    set_sequencer(model::sequencer_register::ring_base_high, static_cast<std::uint32_t>(ring_ >> 32));
    set_sequencer(model::sequencer_register::ring_entries, entries_);
  }
  /// Puts a descriptor into the ring, with a long record; returns its place. The doorbell is the caller's.
  std::uint32_t push(model::Descriptor descriptor) {
    descriptor.completion_address = record_address(tail_);
    descriptor.operation |= model::descriptor_long_record;
    return push_as_it_is(descriptor);
  }
  std::uint32_t push_as_it_is(const model::Descriptor& descriptor) {
    const std::uint32_t place = tail_;
    std::memcpy(memory.writable(ring_ + place * sizeof descriptor, sizeof descriptor).data(), &descriptor,
                sizeof descriptor);
    tail_ = (tail_ + 1) % entries_;
    return place;
  }
  [[nodiscard]] std::uint64_t descriptor_address(std::uint32_t place) const {
    return ring_ + place * sizeof(model::Descriptor);
  }
  [[nodiscard]] std::uint64_t record_address(std::uint32_t place) const {
    return records_ + place * sizeof(model::LongCompletion);
  }
  model::LongCompletion record(std::uint32_t place) {
    model::LongCompletion result;
    std::memcpy(&result, memory.readable(record_address(place), sizeof result).data(), sizeof result);
    return result;
  }
  void ring_doorbell() { set_sequencer(model::sequencer_register::ring_tail, tail_); }
  /// Pushes one, rings, and waits until the ring has run empty.
  model::LongCompletion run_one(const model::Descriptor& descriptor) {
    const auto place = push(descriptor);
    ring_doorbell();
    EXPECT_TRUE(wait_idle()) << "the chip hangs";
    return record(place);
  }
  /// Until no descriptor is worked on and none is left, for at most a second of simulated time.
  bool wait_idle(int most_looks = 100'000) {
    for (int look = 0; look < most_looks; ++look) {
      wait(10, sc_core::SC_US);
      const auto status = *peek32(model::host_register::status);
      if ((status & model::status_busy) == 0 && status >> model::status_outstanding_shift == 0) {
        return true;
      }
    }
    return false;
  }

  // HostBus
  std::uint32_t read32(std::uint64_t address) override {
    const auto answer = get(address);
    EXPECT_TRUE(answer.ok()) << std::hex << address;
    return answer.value;
  }
  void write32(std::uint64_t address, std::uint32_t value) override {
    EXPECT_TRUE(put(address, value).ok()) << std::hex << address;
  }
  void wait_interrupt(const std::function<void()>& idle) override {
    while (!interrupt.read()) {
      wait(sc_core::sc_time(1, sc_core::SC_MS), interrupt.posedge_event());
      if (idle) {
        idle();
      }
    }
  }
  /// At most so long.
  void wait_for_interrupt(const sc_core::sc_time& most) { wait(most, interrupt.posedge_event()); }
  std::size_t peek(std::uint64_t address, std::span<std::byte> bytes) override {
    return debug(tlm::TLM_READ_COMMAND, address, bytes);
  }
  std::size_t debug(tlm::tlm_command command, std::uint64_t address, std::span<std::byte> bytes) {
    return debug_access(*socket.operator->(), command, address, bytes);
  }
  void sleep(foundation::Duration length) override { wait(interconnect::to_sc_time(length)); }

  bool finished = false;

 private:
  void run() {
    wait(sc_core::SC_ZERO_TIME);
    program_(*this);
    finished = true;
    sc_core::sc_stop();
  }
  void memory_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& /*delay*/) {
    const std::uint64_t address = payload.get_address();
    const std::size_t bytes = payload.get_data_length();
    if (refused_address >= address && refused_address - address < bytes) {
      payload.set_response_status(refusal);
      return;
    }
    const auto from = memory.readable(address, bytes);
    const auto to = memory.writable(address, bytes);
    if (payload.is_read() ? from.size() != bytes : to.size() != bytes) {
      payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
      return;
    }
    if (payload.is_read()) {
      std::memcpy(payload.get_data_ptr(), from.data(), bytes);
      if (on_fetch && bytes == sizeof(model::Descriptor)) {
        model::Descriptor descriptor;
        std::memcpy(&descriptor, from.data(), bytes);
        on_fetch(descriptor);
      }
    } else {
      std::memcpy(to.data(), payload.get_data_ptr(), bytes);
    }
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
  }

  Program program_;
  std::uint64_t ring_ = 0;
  std::uint64_t records_ = 0;
  std::uint32_t entries_ = 0;
  std::uint32_t tail_ = 0;
};

/// A chip with such a host; once per process.
class FirmwareBench : public ChipBench {
 public:
  explicit FirmwareBench(const std::vector<std::string>& sets, tiles::Detail detail = tiles::Detail::physics)
      : ChipBench(sets, detail) {}

  void run(const FirmwareHost::Program& program) {
    chip = std::make_unique<model::Chip>("chip", description, services);
    FirmwareHost host{"host", program};
    sc_core::sc_signal<bool> interrupt{"interrupt"};
    host.socket.bind(chip->host);
    chip->memory.bind(host.memory_socket);
    chip->interrupt(interrupt);
    host.interrupt(interrupt);
    sc_core::sc_report_handler::set_actions("/OSCI/SystemC", sc_core::SC_INFO, sc_core::SC_DO_NOTHING);
    sc_core::sc_start();
    EXPECT_TRUE(host.finished) << "the host waits for ever";
  }

  /// Everything the chip and the ledger hold.
  [[nodiscard]] std::string state() const {
    foundation::StateWriter writer;
    chip->save(writer);
    writer.section("ledger", 1);
    writer(ledger);
    return writer.finish();
  }

  /// Weights of every cell, bit by bit.
  std::vector<float> weights(FirmwareHost& host) const {
    std::vector<float> all;
    for (interconnect::NodeId node = 0; node < description.topology.node_count(); ++node) {
      const std::size_t first = all.size();
      all.resize(first + description.tile.rows * description.tile.columns);
      const auto bytes = std::as_writable_bytes(std::span{all}.subspan(first));
      EXPECT_EQ(host.peek(interconnect::cell_address(node, interconnect::CellPlane::weight, 0), bytes),
                bytes.size());
    }
    return all;
  }

  std::unique_ptr<model::Chip> chip;
};

}  // namespace kirchhoff::testbenches
