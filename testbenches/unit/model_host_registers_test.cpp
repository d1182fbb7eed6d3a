#include <gtest/gtest.h>

#include "model/chip/descriptor_ring.h"
#include "model/chip/host_registers.h"
#include "model/chip/register_map.h"

// Registers of the host interface and the ring, without a chip.
namespace {

using namespace kirchhoff;
using foundation::Duration;
using model::ChipCounter;
using model::DescriptorRing;
using model::ErrorCause;
namespace host = model::host_register;
namespace seq = model::sequencer_register;

class FakeChip final : public model::ChipManagement {
 public:
  [[nodiscard]] std::uint64_t count(ChipCounter counter, Duration at) const override {
    return counter == ChipCounter::cycles ? static_cast<std::uint64_t>(at.count() / 1000) : value;
  }
  [[nodiscard]] bool busy() const override { return is_busy; }
  [[nodiscard]] bool resetting() const override { return false; }
  [[nodiscard]] std::uint32_t outstanding() const override { return 5; }
  void set_running(bool on) override { running = on; }
  void abort() override { ++aborts; }
  void soft_reset() override { ++resets; }

  std::uint64_t value = 0;
  bool is_busy = false;
  bool running = true;
  int aborts = 0;
  int resets = 0;
};

class HostRegisters : public testing::Test {
 protected:
  static constexpr Duration kNow{0};
  FakeChip chip;
  model::HostRegisters registers{
      {.mesh_shape = 1, .tile_shape = 2, .capabilities = 3, .table_sizes = 4, .cycle_ps = 5}, chip};
};

TEST_F(HostRegisters, ReadingTheLowWordLatchesTheHighOne) {
  const std::uint32_t low = model::counter_register(ChipCounter::packets);
  chip.value = 0x7'ffff'ffff;
  EXPECT_EQ(registers.read(low, kNow), 0xffff'ffffU);
  chip.value += 1;  // carries into the upper word between the two reads
  EXPECT_EQ(registers.read(low + 4, kNow), 7U);
  EXPECT_EQ(registers.peek(low + 4, kNow), 8U);  // debug sees what is
  EXPECT_EQ(registers.peek(low, kNow), 0U);
  EXPECT_EQ(registers.read(low + 4, kNow), 7U);  // and latches nothing
  EXPECT_EQ(registers.read(low, kNow), 0U);
  EXPECT_EQ(registers.read(low + 4, kNow), 8U);
}

TEST_F(HostRegisters, CountersCountFromReset) {
  const std::uint32_t low = model::counter_register(ChipCounter::examples);
  chip.value = 1000;
  registers.reset(Duration{7'000'000});
  EXPECT_EQ(registers.peek(low, kNow), 0U);
  chip.value = 1003;
  EXPECT_EQ(registers.peek(low, kNow), 3U);
  const std::uint32_t cycles = model::counter_register(ChipCounter::cycles);
  EXPECT_EQ(registers.peek(cycles, Duration{9'000'000}), 2000U);
  EXPECT_EQ(registers.peek(cycles, Duration{6'000'000}), 0U);  // a local time before the reset
}

TEST_F(HostRegisters, TheFirstErrorStays) {
  registers.note({.errors = model::error_bus, .fault = {ErrorCause::read_only, 0x1'0000'0004}, .tag = 0});
  registers.note({.errors = model::error_dma, .fault = {ErrorCause::dma_read, 7}, .tag = 9});
  EXPECT_EQ(registers.peek(host::error_status, kNow), model::error_bus | model::error_dma);
  EXPECT_EQ(registers.peek(host::error_cause, kNow), static_cast<std::uint32_t>(ErrorCause::read_only));
  EXPECT_EQ(registers.peek(host::error_address_low, kNow), 4U);
  EXPECT_EQ(registers.peek(host::error_address_high, kNow), 1U);
  EXPECT_FALSE(registers.interrupt_level());
  registers.write(host::interrupt_enable, model::interrupt_error);
  EXPECT_TRUE(registers.interrupt_level());
  // Clearing one of two bits does not make the next the first.
  registers.write(host::error_status, model::error_bus);
  registers.note({.errors = model::error_bus, .fault = {ErrorCause::byte_enables, 1}, .tag = 0});
  EXPECT_EQ(registers.peek(host::error_cause, kNow), static_cast<std::uint32_t>(ErrorCause::read_only));
  registers.write(host::error_status, ~0U);
  registers.note({.errors = model::error_dma, .fault = {ErrorCause::dma_write, 11}, .tag = 12});
  EXPECT_EQ(registers.peek(host::error_cause, kNow), static_cast<std::uint32_t>(ErrorCause::dma_write));
  EXPECT_EQ(registers.peek(host::error_tag, kNow), 12U);
  registers.write(host::interrupt_status, ~0U);
  EXPECT_FALSE(registers.interrupt_level());
}

TEST_F(HostRegisters, ControlTellsTheChip) {
  registers.write(host::control, 0);
  EXPECT_FALSE(chip.running);
  EXPECT_EQ(registers.peek(host::status, kNow),
            model::status_idle | model::status_powered | model::status_halted | 5U << 16);
  registers.write(host::control, model::control_run | model::control_abort);
  EXPECT_TRUE(chip.running);
  EXPECT_EQ(chip.aborts, 1);
  EXPECT_EQ(registers.peek(host::control, kNow), model::control_run);
  registers.write(host::control, ~0U);
  EXPECT_EQ(chip.resets, 1);
  chip.is_busy = true;
  EXPECT_EQ(registers.peek(host::status, kNow), model::status_busy | model::status_powered | 5U << 16);
}

class Ring : public testing::Test {
 protected:
  model::SequencerSettings settings;
  DescriptorRing ring{settings};
};

TEST_F(Ring, OneEntryStaysFree) {
  EXPECT_EQ(ring.write(seq::ring_tail, 1, false), ErrorCause::ring_size);
  EXPECT_EQ(ring.write(seq::ring_entries, 2, false), ErrorCause::none);
  EXPECT_EQ(ring.write(seq::doorbell, 2, false), ErrorCause::ring_overflow);
  EXPECT_EQ(ring.write(seq::doorbell, 1, false), ErrorCause::none);
  EXPECT_EQ(ring.outstanding(), 1U);
  EXPECT_EQ(ring.write(seq::doorbell, 0xffff'ffff, false), ErrorCause::ring_overflow);
  EXPECT_EQ(ring.write(seq::ring_base_low, 64, false), ErrorCause::ring_busy);
  ring.pop();
  EXPECT_EQ(ring.write(seq::ring_base_low, 64, true), ErrorCause::ring_busy);
  EXPECT_EQ(ring.write(seq::ring_base_low, 64, false), ErrorCause::none);
  EXPECT_EQ(ring.head_address(), 128U);
}

TEST_F(Ring, TailsThatRunOnAreTakenModulo) {
  ring.write(seq::ring_entries, 8, false);
  for (std::uint32_t tail = 5; tail < 1000; tail += 5) {  // as software of version 1.0 might count
    EXPECT_EQ(ring.write(seq::ring_tail, tail, false), ErrorCause::none);
    EXPECT_EQ(ring.outstanding(), 5U);
    for (int i = 0; i < 5; ++i) {
      ring.pop();
    }
  }
}

TEST_F(Ring, LimitsOfItsSizeAndPlace) {
  EXPECT_EQ(ring.write(seq::ring_entries, 1, false), ErrorCause::ring_size);
  EXPECT_EQ(ring.write(seq::ring_entries, model::most_ring_entries + 1, false), ErrorCause::ring_size);
  EXPECT_EQ(ring.write(seq::ring_entries, model::most_ring_entries, false), ErrorCause::none);
  ring.write(seq::ring_base_high, ~0U, false);
  ring.write(seq::ring_base_low, 0xffff'0000U, false);  // its last byte is the last there is
  EXPECT_EQ(ring.write(seq::doorbell, 1, false), ErrorCause::none);
  ring.discard();
  ring.write(seq::ring_base_low, 0xffff'0040U, false);
  EXPECT_EQ(ring.write(seq::doorbell, 1, false), ErrorCause::ring_address);
}

}  // namespace
