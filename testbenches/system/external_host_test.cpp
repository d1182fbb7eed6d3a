#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <kirchhoff_network.h>

#include <cstring>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "foundation/error.h"
#include "testbenches/cosim/c_api/modelled_chip.h"
#include "testbenches/cosim/image/network_image.h"
#include "testbenches/host/child.h"
#include "testbenches/system/firmware_bench.h"

// A program outside of the kernel against one in a process of the kernel.
namespace {

using namespace kirchhoff;
using namespace kirchhoff::testbenches;
using foundation::CodingStyle;
using foundation::Duration;

ChipOptions options_under_test(const std::string& detail = "physics") {
  ChipOptions options;
  options.sets = {"training.epochs=2", "training.transfer_interval=30"};
  options.style = style_under_test() == CodingStyle::approximately_timed ? "at" : "lt";
  options.detail = detail;
  options.dma_bytes = std::size_t{1} << 24;
  return options;
}

/// Network and data of the program below, 40 + 20 examples.
std::vector<std::byte> small_image(const model::Configuration& configuration) {
  const auto data = load_data_set("strokes", {.train = 40, .test = 20});
  return make_image(configuration, plan_training(configuration, data), data);
}

/// What a run leaves, number by number.
using Trail = std::vector<double>;

void require(int code) {
  if (code != KIRCHHOFF_OK) {
    throw std::runtime_error(kirchhoff_code_text(code));
  }
}

/// Programs and trains by the C driver, one access after the other; the record of each step, the time after
/// it, and the weights at the end.
Trail train_by_driver(const kirchhoff_hal& hal, const std::vector<std::byte>& image) {
  Trail trail;
  const auto note = [&](const krch_long_completion_t& record) {
    for (const double value :
         {static_cast<double>(record.completion.count), static_cast<double>(record.completion.correct),
          record.completion.loss, static_cast<double>(record.completion.time_ps),
          static_cast<double>(hal.now(hal.context))}) {
      trail.push_back(value);
    }
  };
  std::uint32_t bus = 0;
  void* const place = hal.dma_alloc(hal.context, image.size(), &bus);
  std::memcpy(place, image.data(), image.size());
  kirchhoff_device device;
  require(kirchhoff_open(&device, &hal, 0));
  kirchhoff_network network;
  require(kirchhoff_network_open(&network, &device, static_cast<const kirchhoff_image*>(place), image.size(),
                                 bus, nullptr));
  require(kirchhoff_network_program(&network, KIRCHHOFF_FOREVER));
  for (std::uint32_t epoch = 0; epoch < network.epochs; ++epoch) {
    krch_long_completion_t record{};
    require(kirchhoff_network_train(&network, epoch, KIRCHHOFF_FOREVER, &record));
    note(record);
    require(kirchhoff_network_test(&network, 0, KIRCHHOFF_FOREVER, &record));
    note(record);
  }
  std::uint32_t weights_bus = 0;
  const std::size_t bytes = kirchhoff_network_weight_bytes(&network);
  void* const weights = hal.dma_alloc(hal.context, bytes, &weights_bus);
  require(kirchhoff_network_read(&network, weights_bus, KIRCHHOFF_FOREVER));
  for (std::size_t i = 0; i < bytes / sizeof(float); ++i) {
    trail.push_back(static_cast<const float*>(weights)[i]);
  }
  trail.push_back(static_cast<double>(kirchhoff_count(&device, KIRCHHOFF_ENERGY_PJ)));
  kirchhoff_close(&device);
  trail.push_back(static_cast<double>(hal.now(hal.context)));
  return trail;
}

// ---- the HAL of a host within the kernel ------------------------------------------------------------

kirchhoff_hal hal_of(FirmwareHost& host) {
  kirchhoff_hal hal{};
  hal.context = &host;
  hal.read32 = [](void* context, std::uint32_t offset) {
    return static_cast<FirmwareHost*>(context)->read32(offset);
  };
  hal.write32 = [](void* context, std::uint32_t offset, std::uint32_t value) {
    static_cast<FirmwareHost*>(context)->write32(offset, value);
  };
  hal.wait_irq = [](void* context, std::uint64_t) {
    static_cast<FirmwareHost*>(context)->wait_interrupt({});
    return 0;
  };
  hal.dma_alloc = [](void* context, std::size_t bytes, std::uint32_t* bus) -> void* {
    auto& memory = static_cast<FirmwareHost*>(context)->memory;
    const std::uint64_t address = memory.allocate(bytes);
    *bus = static_cast<std::uint32_t>(address);
    return memory.writable(address, bytes).data();
  };
  hal.dma_free = [](void*, void*) {};
  hal.now = [](void*) {
    return static_cast<std::uint64_t>(interconnect::to_duration(sc_core::sc_time_stamp()).count()) / 1000;
  };
  return hal;
}

Trail trail_within(const std::string& detail) {
  return in_child_values<double>([&] {
    const auto options = options_under_test(detail);
    FirmwareBench bench{options.sets, detail == "ideal" ? tiles::Detail::ideal : tiles::Detail::physics};
    const auto image = small_image(*bench.configuration);
    Trail trail;
    bench.run([&](FirmwareHost& host) { trail = train_by_driver(hal_of(host), image); });
    return trail;
  });
}

// ---- and of one outside of it -----------------------------------------------------------------------

kirchhoff_hal hal_of(ModelledChip& chip) {
  kirchhoff_hal hal{};
  hal.context = &chip;
  hal.read32 = [](void* context, std::uint32_t offset) {
    std::uint32_t value = 0;
    static_cast<ModelledChip*>(context)->host().access(tlm::TLM_READ_COMMAND, offset, value);
    return value;
  };
  hal.write32 = [](void* context, std::uint32_t offset, std::uint32_t value) {
    static_cast<ModelledChip*>(context)->host().access(tlm::TLM_WRITE_COMMAND, offset, value);
  };
  hal.wait_irq = [](void* context, std::uint64_t) {
    return static_cast<ModelledChip*>(context)->host().wait_interrupt(Duration::max(), {}) ==
                   ExternalHost::Waited::raised
               ? 0
               : -1;
  };
  hal.dma_alloc = [](void* context, std::size_t bytes, std::uint32_t* bus) -> void* {
    auto& memory = static_cast<ModelledChip*>(context)->memory();
    std::byte* const block = memory.allocate(bytes);
    *bus = memory.address_of(block);
    return block;
  };
  hal.dma_free = [](void* context, void* block) {
    EXPECT_TRUE(static_cast<ModelledChip*>(context)->memory().release(block));
  };
  hal.now = [](void* context) {
    return static_cast<std::uint64_t>(static_cast<ModelledChip*>(context)->host().now().count()) / 1000;
  };
  return hal;
}

Trail trail_outside(const std::string& detail) {
  return in_child_values<double>([&] {
    ModelledChip chip{ChipParts{options_under_test(detail)}};
    return train_by_driver(hal_of(chip), small_image(chip.configuration()));
  });
}

TEST(ExternalHost, TrainsTheSameBitsInTheSameTimeAsAHostWithinTheKernel) {
  for (const char* detail : {"physics", "ideal"}) {
    const Trail within = trail_within(detail);
    const Trail outside = trail_outside(detail);
    ASSERT_GT(within.size(), 160'000U);
    EXPECT_EQ(within[0], 40) << "examples";
    EXPECT_GT(within[3], 1e6) << "ps";
    EXPECT_TRUE(within == outside) << detail;
  }
}

// ---- the kernel from outside ------------------------------------------------------------------------

class External : public testing::Test {
 protected:
  External() : chip_(ChipParts{options_under_test()}) {}

  std::uint32_t get(std::uint32_t offset) {
    std::uint32_t value = 0;
    EXPECT_EQ(chip_.host().access(tlm::TLM_READ_COMMAND, offset, value), tlm::TLM_OK_RESPONSE) << offset;
    return value;
  }
  void put(std::uint32_t offset, std::uint32_t value) {
    EXPECT_EQ(chip_.host().access(tlm::TLM_WRITE_COMMAND, offset, value), tlm::TLM_OK_RESPONSE) << offset;
  }
  [[nodiscard]] std::int64_t now_ps() { return chip_.host().now().count(); }

  /// A ring with a barrier in it that interrupts.
  void ring_barrier() {
    std::byte* const ring = chip_.memory().allocate(2 * sizeof(krch_descriptor_t));
    krch_descriptor_t barrier{};
    barrier.operation = KRCH_OP_BARRIER | KRCH_FLAG_INTERRUPT;
    std::memcpy(ring, &barrier, sizeof barrier);
    put(KRCH_SEQ_RING_BASE_LOW, chip_.memory().address_of(ring));
    put(KRCH_SEQ_RING_ENTRIES, 2);
    put(KRCH_HOST_INTERRUPT_ENABLE, KRCH_HOST_INTERRUPT_STATUS_RING_EMPTY_MASK);
    put(KRCH_SEQ_RING_TAIL, 1);
  }

  ModelledChip chip_;
};

using Waited = ExternalHost::Waited;

TEST_F(External, AccessesTakeTheirTime) {
  EXPECT_EQ(now_ps(), 0);
  EXPECT_EQ(get(KRCH_HOST_ID), KRCH_IDENTIFICATION);
  const std::int64_t one = now_ps();
  EXPECT_GT(one, 0);
  for (int i = 0; i < 9; ++i) {
    get(KRCH_HOST_ID);
  }
  EXPECT_EQ(now_ps(), 10 * one);
  chip_.host().advance(Duration{12345});
  EXPECT_EQ(now_ps(), 10 * one + 12345);
}

TEST_F(External, SimulatedTimeEndsInWords) {
  const auto day = foundation::from_seconds(24 * 3600);
  chip_.host().advance(99 * day);
  EXPECT_EQ(get(KRCH_HOST_ID), KRCH_IDENTIFICATION);
  try {
    chip_.host().advance(day);
    FAIL() << "a bit of the day is gone";
  } catch (const foundation::InputError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("100 days"));
  }
  EXPECT_THROW(chip_.host().advance(Duration::max()), foundation::InputError);
  EXPECT_EQ(get(KRCH_HOST_ID), KRCH_IDENTIFICATION);
}

TEST_F(External, CyclesCountUpToTheAccess) {
  chip_.host().advance(foundation::from_seconds(1e-3));
  const std::int64_t cycles = get(KRCH_HOST_CYCLES_LOW);
  const std::int64_t now = now_ps();
  EXPECT_EQ(cycles, now / get(KRCH_HOST_CYCLE_PS));
}

TEST_F(External, PollingSeesWhatTheChipDoes) {
  ring_barrier();
  int looks = 0;
  while ((get(KRCH_HOST_INTERRUPT_STATUS) & KRCH_HOST_INTERRUPT_STATUS_RING_EMPTY_MASK) == 0) {
    ASSERT_LT(++looks, 1000) << "time passes in accesses, and the chip works meanwhile";
  }
  EXPECT_GT(looks, 0);
  EXPECT_EQ(get(KRCH_SEQ_RING_HEAD), 1U);
}

TEST_F(External, WaitEndsWhenTheLineRises) {
  ring_barrier();
  const std::int64_t rung = now_ps();
  EXPECT_EQ(chip_.host().wait_interrupt(Duration::max(), {}), Waited::raised);
  EXPECT_GT(now_ps(), rung);
  EXPECT_LT(now_ps(), rung + 10'000'000) << "and not at the end of a slice";
  const std::int64_t raised = now_ps();
  EXPECT_EQ(chip_.host().wait_interrupt(Duration::max(), {}), Waited::raised) << "the line is still high";
  EXPECT_EQ(now_ps(), raised);
  put(KRCH_HOST_INTERRUPT_STATUS, ~0U);
  EXPECT_EQ(chip_.host().wait_interrupt(Duration::max(), {}), Waited::never) << "nothing is left to do";
  EXPECT_LT(now_ps(), raised + 1'000'000) << "time does not run away";
}

TEST_F(External, WaitEndsAtItsTimeout) {
  ring_barrier();
  const std::int64_t rung = now_ps();
  EXPECT_EQ(chip_.host().wait_interrupt(Duration{1000}, {}), Waited::timed_out);
  EXPECT_EQ(now_ps(), rung + 1000);
  EXPECT_EQ(chip_.host().wait_interrupt(Duration::max(), {}), Waited::raised) << "the chip has gone on";
}

TEST_F(External, TheProgramLooksUpWhileItWaitsAndMayStop) {
  // An event far away: the chip trains.
  const auto image = small_image(chip_.configuration());
  const kirchhoff_hal hal = hal_of(chip_);
  kirchhoff_device device;
  require(kirchhoff_open(&device, &hal, 0));
  std::uint32_t bus = 0;
  void* const place = hal.dma_alloc(hal.context, image.size(), &bus);
  std::memcpy(place, image.data(), image.size());
  kirchhoff_network network;
  require(kirchhoff_network_open(&network, &device, static_cast<const kirchhoff_image*>(place), image.size(),
                                 bus, nullptr));
  std::uint32_t tag = 0;
  require(kirchhoff_network_queue_program(&network, &tag));
  kirchhoff_doorbell(&device);
  const std::int64_t begin = now_ps();
  int looks = 0;
  EXPECT_EQ(chip_.host().wait_interrupt(Duration::max(), [&] { return ++looks < 5; }), Waited::stopped);
  EXPECT_EQ(looks, 5);
  EXPECT_GE(now_ps(), begin + 4'000'000'000) << "a millisecond each";
  EXPECT_EQ(chip_.host().wait_interrupt(Duration::max(), [&] { return true; }), Waited::raised);
  EXPECT_EQ(kirchhoff_wait(&device, tag, KIRCHHOFF_FOREVER, nullptr), KIRCHHOFF_OK);
}

TEST_F(External, RefusedAccessesAreTold) {
  std::uint32_t value = 0;
  EXPECT_NE(chip_.host().access(tlm::TLM_READ_COMMAND, 0xffc, value), tlm::TLM_OK_RESPONSE);
  EXPECT_NE(chip_.host().access(tlm::TLM_WRITE_COMMAND, KRCH_HOST_ID, value), tlm::TLM_OK_RESPONSE);
  EXPECT_NE(get(KRCH_HOST_ERROR_STATUS) & KRCH_HOST_ERROR_STATUS_BUS_MASK, 0U);
}

TEST_F(External, PeekTakesNoTime) {
  get(KRCH_HOST_ID);
  const std::int64_t now = now_ps();
  std::uint32_t id = 0;
  EXPECT_EQ(chip_.host().peek(KRCH_HOST_ID, std::as_writable_bytes(std::span{&id, 1})), sizeof id);
  EXPECT_EQ(id, KRCH_IDENTIFICATION);
  EXPECT_EQ(now_ps(), now);
}

TEST_F(External, DmaOutsideOfBlocksIsAnErrorOfTheChip) {
  put(KRCH_SEQ_RING_BASE_LOW, 0x9000'0000U);
  put(KRCH_SEQ_RING_ENTRIES, 2);
  put(KRCH_HOST_INTERRUPT_ENABLE, KRCH_HOST_INTERRUPT_STATUS_ERROR_MASK);
  put(KRCH_SEQ_RING_TAIL, 1);
  EXPECT_EQ(chip_.host().wait_interrupt(Duration::max(), {}), Waited::raised);
  EXPECT_NE(get(KRCH_HOST_ERROR_STATUS) & KRCH_HOST_ERROR_STATUS_DMA_MASK, 0U);
}

}  // namespace
