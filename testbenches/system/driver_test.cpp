#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <random>
#include <string>

#include "model/chip/error_cause.h"
#include "testbenches/host/child.h"
#include "testbenches/system/driver_host.h"
#include "testbenches/system/host_chain.h"

// The C driver of firmware against the chip, on the host.
namespace {

using namespace kirchhoff;
using namespace kirchhoff::testbenches;
using model::Descriptor;
using model::DescriptorOperation;

constexpr std::uint64_t second_ns = 1'000'000'000;

/// 528-20-10 in seven tiles, two epochs of a few strokes.
struct SmallNetwork {
  explicit SmallNetwork(const model::Configuration& configuration, std::size_t train = 40)
      : data(load_data_set("strokes", {.train = train, .test = 20})),
        plan(plan_training(configuration, data)),
        image(make_image(configuration, plan, data, {.epochs = 2})) {}

  DataSet data;
  TrainingPlan plan;
  std::vector<std::byte> image;
};

/// The host comes between two examples, as on a chip.
const std::vector<std::string> small_network{"network.image_hidden=[20]", "training.epochs=2",
                                             "chip.quantum=1us"};

/// Phase change memory drifts from its making on: a training's bits depend on when it begins.
void sleep_until_start(FirmwareHost& host) {
  host.sleep(foundation::Duration{10'000'000'000} - interconnect::to_duration(sc_core::sc_time_stamp()));
}

class Driver : public testing::Test {
 protected:
  /// `body` runs on the host, with the driver's device opened and a small network's image in memory.
  void run(const std::function<void(FirmwareHost&)>& body, std::uint32_t entries = 64,
           tiles::Detail detail = tiles::Detail::ideal) {
    FirmwareBench bench{small_network, detail};
    const SmallNetwork small{*bench.configuration};
    description = bench.description;
    bench.run([&](FirmwareHost& host) {
      functions = std::make_unique<DriverHost>(host);
      ASSERT_EQ(kirchhoff_open(&chip, &functions->hal, entries), KIRCHHOFF_OK);
      const auto image = functions->put(small.image);
      std::array<char, KIRCHHOFF_TEXT_BYTES> text{};
      ASSERT_EQ(
          kirchhoff_network_open(&network, &chip, image.data, small.image.size(), image.address, text.data()),
          KIRCHHOFF_OK)
          << text.data();
      body(host);
    });
  }

  [[nodiscard]] kirchhoff_batch examples(std::uint32_t count) const {
    kirchhoff_batch batch{};
    batch.inputs = network.bus + network.image->train.offset_inputs;
    batch.labels = network.bus + network.image->train.offset_labels;
    batch.count = count;
    batch.stride = network.image->stride;
    return batch;
  }

  std::unique_ptr<DriverHost> functions;
  kirchhoff_device chip{};
  kirchhoff_network network{};
  model::ChipDescription description;
};

TEST_F(Driver, FindsTheChipAndItsShape) {
  run([&](FirmwareHost&) {
    EXPECT_EQ(chip.info.version, KRCH_MAP_VERSION);
    EXPECT_EQ(chip.info.mesh_rows, description.topology.rows);
    EXPECT_EQ(chip.info.mesh_columns, description.topology.columns);
    EXPECT_EQ(chip.info.nodes, description.topology.node_count());
    EXPECT_EQ(chip.info.tile_rows, description.tile.rows);
    EXPECT_EQ(chip.info.tile_columns, description.tile.columns);
    EXPECT_EQ(chip.info.route_entries, description.route_entries);
    EXPECT_EQ(chip.info.receive_entries, description.tile.flow_entries);
    EXPECT_EQ(chip.info.most_outstanding, 1023U);
    EXPECT_EQ(chip.info.most_in_flight, description.host.examples_in_flight);
    EXPECT_EQ(chip.info.reductions, description.host.reductions);
    EXPECT_EQ(chip.info.ideal, 1U);
    EXPECT_EQ(chip.info.cycle_ps, description.link.cycle.count());
  });
}

TEST_F(Driver, RefusesWhatIsNoChip) {
  static std::uint32_t answer_at_id = 0;
  static std::uint32_t answer_at_version = 0;
  kirchhoff_hal hal{};
  hal.read32 = [](void*, std::uint32_t offset) -> std::uint32_t {
    return offset == KRCH_HOST_ID ? answer_at_id : offset == KRCH_HOST_VERSION ? answer_at_version : 0;
  };
  EXPECT_EQ(kirchhoff_open(&chip, &hal, 0), KIRCHHOFF_E_NO_DEVICE);
  answer_at_id = KRCH_IDENTIFICATION;
  answer_at_version = KRCH_MAP_VERSION + (1U << KRCH_HOST_VERSION_MAJOR_SHIFT);
  EXPECT_EQ(kirchhoff_open(&chip, &hal, 0), KIRCHHOFF_E_VERSION);
  EXPECT_EQ(kirchhoff_open(nullptr, &hal, 0), KIRCHHOFF_E_ARGUMENT);
  EXPECT_EQ(kirchhoff_open(&chip, nullptr, 0), KIRCHHOFF_E_ARGUMENT);
}

TEST_F(Driver, RefusesRingsThatTheChipDoesNotHave) {
  run([&](FirmwareHost&) {
    kirchhoff_device other;
    EXPECT_EQ(kirchhoff_open(&other, &functions->hal, 1), KIRCHHOFF_E_ARGUMENT);
    EXPECT_EQ(kirchhoff_open(&other, &functions->hal, 1025), KIRCHHOFF_E_CAPABILITY);
    for (const int room : {0, 1}) {
      functions->allocations_left = room;
      EXPECT_EQ(kirchhoff_open(&other, &functions->hal, 8), KIRCHHOFF_E_MEMORY);
    }
    functions->allocations_left = 1000;
    EXPECT_EQ(kirchhoff_open(&other, &functions->hal, 1024), KIRCHHOFF_OK);
    EXPECT_EQ(kirchhoff_space(&other), 1023U);
    EXPECT_EQ(kirchhoff_barrier(&other, second_ns), KIRCHHOFF_OK);
  });
}

TEST_F(Driver, StepsOfANetwork) {
  run([&](FirmwareHost& host) {
    ASSERT_EQ(kirchhoff_network_program(&network, second_ns), KIRCHHOFF_OK);
    krch_long_completion_t record{};
    double last_loss = 1e9;
    for (std::uint32_t epoch = 0; epoch < network.epochs; ++epoch) {
      ASSERT_EQ(kirchhoff_network_train(&network, epoch, second_ns, &record), KIRCHHOFF_OK);
      EXPECT_EQ(record.completion.count, network.image->train.count);
      EXPECT_LT(record.completion.loss, last_loss);
      last_loss = record.completion.loss;
    }
    EXPECT_EQ(kirchhoff_network_train(&network, network.epochs, second_ns, nullptr), KIRCHHOFF_E_ARGUMENT);

    // The chip's count is what its predictions say.
    const std::uint32_t tests = network.image->test.count;
    const auto predicted = functions->place<std::uint16_t>(tests);
    ASSERT_EQ(kirchhoff_network_test(&network, predicted.address, second_ns, &record), KIRCHHOFF_OK);
    const auto* labels = reinterpret_cast<const std::uint16_t*>(
        reinterpret_cast<const std::byte*>(network.image) + network.image->test.offset_labels);
    std::uint32_t right = 0;
    for (std::uint32_t i = 0; i < tests; ++i) {
      right += predicted.data[i] == labels[i] ? 1 : 0;
    }
    EXPECT_EQ(record.completion.count, tests);
    EXPECT_EQ(record.completion.correct, right);

    // What is read back is what debug transport sees.
    const auto weights = functions->place<float>(kirchhoff_network_weight_bytes(&network) / sizeof(float));
    ASSERT_EQ(kirchhoff_network_read(&network, weights.address, second_ns), KIRCHHOFF_OK);
    const float* next = weights.data;
    for (std::uint32_t i = 0; i < network.image->tiles_count; ++i) {
      const auto& tile = network.tiles[i];
      for (std::uint32_t row = 0; row < tile.rows; ++row, next += tile.columns) {
        std::vector<float> cells(tile.columns);
        host.peek(interconnect::cell_address(tile.node, interconnect::CellPlane::weight,
                                             std::uint64_t{row} * chip.info.tile_columns),
                  std::as_writable_bytes(std::span{cells}));
        ASSERT_TRUE(std::equal(cells.begin(), cells.end(), next)) << "tile " << tile.node << " row " << row;
      }
    }

    const std::uint32_t transfers = kirchhoff_read(&chip, KRCH_SEQ_TRANSFERS);
    EXPECT_EQ(kirchhoff_transfer(&chip, second_ns), KIRCHHOFF_OK);
    EXPECT_EQ(kirchhoff_read(&chip, KRCH_SEQ_TRANSFERS), transfers + 1);

    EXPECT_EQ(kirchhoff_count(&chip, KIRCHHOFF_EXAMPLES), 2 * network.image->train.count);
    EXPECT_EQ(kirchhoff_count(&chip, KIRCHHOFF_INFERENCES), tests);
    EXPECT_GT(kirchhoff_count(&chip, KIRCHHOFF_DMA_BYTES), network.image->train.count * 528U);
    EXPECT_GT(kirchhoff_count(&chip, KIRCHHOFF_PACKETS), 0U);
    EXPECT_GT(kirchhoff_count(&chip, KIRCHHOFF_CYCLES), 0U);
    kirchhoff_error error{};
    EXPECT_EQ(kirchhoff_take_error(&chip, &error), 0);
  });
}

/// A soft reset in between: registers anew, weights as they were.
TEST_F(Driver, ResetLeavesTheWeights) {
  run([&](FirmwareHost& host) {
    ASSERT_EQ(kirchhoff_network_program(&network, second_ns), KIRCHHOFF_OK);
    krch_long_completion_t before{};
    ASSERT_EQ(kirchhoff_network_test(&network, 0, second_ns, &before), KIRCHHOFF_OK);
    std::uint32_t dropped = 0;
    const auto long_batch = examples(40);
    krch_descriptor_t work;
    kirchhoff_describe_infer(&work, &long_batch);
    ASSERT_EQ(kirchhoff_queue(&chip, &work, &dropped), KIRCHHOFF_OK);
    kirchhoff_doorbell(&chip);
    host.sleep(foundation::Duration{20'000'000});
    ASSERT_EQ(kirchhoff_reset(&chip, second_ns), KIRCHHOFF_OK);
    EXPECT_EQ(kirchhoff_wait(&chip, dropped, second_ns, nullptr), KIRCHHOFF_E_DROPPED);
    EXPECT_EQ(kirchhoff_read(&chip, KRCH_SEQ_CLASSES), 0U);
    ASSERT_EQ(kirchhoff_network_configure(&network, second_ns), KIRCHHOFF_OK);
    krch_long_completion_t after{};
    ASSERT_EQ(kirchhoff_network_test(&network, 0, second_ns, &after), KIRCHHOFF_OK);
    EXPECT_EQ(after.completion.loss, before.completion.loss);
  });
}

TEST_F(Driver, ManyOutstanding) {
  run(
      [&](FirmwareHost&) {
        ASSERT_EQ(kirchhoff_network_program(&network, second_ns), KIRCHHOFF_OK);
        krch_descriptor_t work;
        const auto batch = examples(1);
        kirchhoff_describe_infer(&work, &batch);
        // More than the ring holds, several times around it.
        for (int round = 0; round < 5; ++round) {
          std::vector<std::uint32_t> tags;
          std::uint32_t tag = 0;
          while (kirchhoff_queue(&chip, &work, &tag) == KIRCHHOFF_OK) {
            tags.push_back(tag);
          }
          ASSERT_EQ(tags.size(), 7U);
          EXPECT_EQ(kirchhoff_space(&chip), 0U);
          EXPECT_EQ(kirchhoff_queue(&chip, &work, nullptr), KIRCHHOFF_E_FULL);
          EXPECT_EQ(kirchhoff_poll(&chip, tags[0], nullptr), KIRCHHOFF_E_PENDING);  // no doorbell yet
          EXPECT_EQ(kirchhoff_wait(&chip, tags[0], 1000, nullptr), KIRCHHOFF_E_TIMEOUT);
          kirchhoff_doorbell(&chip);
          EXPECT_EQ(kirchhoff_wait_idle(&chip, second_ns), KIRCHHOFF_OK);
          for (const std::uint32_t done : tags) {
            krch_long_completion_t record{};
            EXPECT_EQ(kirchhoff_wait(&chip, done, 0, &record), KIRCHHOFF_OK);
            EXPECT_EQ(record.completion.tag, done);
            EXPECT_EQ(record.completion.count, 1U);
          }
        }
        EXPECT_EQ(kirchhoff_poll(&chip, 1, nullptr), KIRCHHOFF_E_TAG);
        EXPECT_EQ(kirchhoff_poll(&chip, 0, nullptr), KIRCHHOFF_E_TAG);
        EXPECT_EQ(kirchhoff_poll(&chip, chip.next_tag, nullptr), KIRCHHOFF_E_TAG);
        // Tags begin again behind the last one, 0 left out.
        chip.next_tag = UINT32_MAX - 2;
        for (int i = 0; i < 5; ++i) {
          EXPECT_EQ(kirchhoff_run(&chip, &work, second_ns, nullptr), KIRCHHOFF_OK);
        }
        EXPECT_EQ(kirchhoff_poll(&chip, UINT32_MAX, nullptr), KIRCHHOFF_OK);
        EXPECT_EQ(chip.next_tag, 3U);
      },
      8);
}

TEST_F(Driver, HaltAndAbort) {
  run([&](FirmwareHost& host) {
    ASSERT_EQ(kirchhoff_network_program(&network, second_ns), KIRCHHOFF_OK);
    krch_descriptor_t work;
    const auto batch = examples(40);
    kirchhoff_describe_train(&work, &batch);
    kirchhoff_halt(&chip);
    std::uint32_t tag = 0;
    ASSERT_EQ(kirchhoff_queue(&chip, &work, &tag), KIRCHHOFF_OK);
    kirchhoff_doorbell(&chip);
    EXPECT_EQ(kirchhoff_wait(&chip, tag, 1'000'000, nullptr), KIRCHHOFF_E_TIMEOUT);
    kirchhoff_resume(&chip);
    EXPECT_EQ(kirchhoff_wait(&chip, tag, second_ns, nullptr), KIRCHHOFF_OK);

    std::uint32_t behind = 0;
    std::uint32_t queued = 0;
    ASSERT_EQ(kirchhoff_queue(&chip, &work, &tag), KIRCHHOFF_OK);
    ASSERT_EQ(kirchhoff_queue(&chip, &work, &behind), KIRCHHOFF_OK);
    kirchhoff_doorbell(&chip);
    ASSERT_EQ(kirchhoff_queue(&chip, &work, &queued), KIRCHHOFF_OK);
    host.sleep(foundation::Duration{20'000'000});
    ASSERT_EQ(kirchhoff_abort(&chip, second_ns), KIRCHHOFF_OK);
    krch_long_completion_t record{};
    EXPECT_EQ(kirchhoff_wait(&chip, tag, second_ns, &record), KIRCHHOFF_E_CHIP);
    EXPECT_EQ(record.cause, KRCH_CAUSE_ABORTED);
    EXPECT_LT(record.completion.count, 40U);
    EXPECT_EQ(kirchhoff_poll(&chip, behind, nullptr), KIRCHHOFF_E_DROPPED);
    kirchhoff_error error{};
    EXPECT_EQ(kirchhoff_take_error(&chip, &error), 1);
    EXPECT_EQ(error.status, KRCH_HOST_ERROR_STATUS_ABORTED_MASK);
    EXPECT_EQ(error.tag, tag);
    // What the chip had not been given is still there.
    EXPECT_EQ(kirchhoff_poll(&chip, queued, nullptr), KIRCHHOFF_E_PENDING);
    kirchhoff_doorbell(&chip);
    EXPECT_EQ(kirchhoff_wait(&chip, queued, second_ns, &record), KIRCHHOFF_OK);
    EXPECT_EQ(record.completion.count, 40U);
  });
}

/// A second driver takes over a chip that the first one left at work, halted and with an error.
TEST_F(Driver, TakesOverAChipThatWasLeftAtWork) {
  run([&](FirmwareHost& host) {
    ASSERT_EQ(kirchhoff_network_program(&network, second_ns), KIRCHHOFF_OK);
    krch_descriptor_t work;
    const auto batch = examples(40);
    kirchhoff_describe_train(&work, &batch);
    kirchhoff_queue(&chip, &work, nullptr);
    kirchhoff_queue(&chip, &work, nullptr);
    kirchhoff_doorbell(&chip);
    host.sleep(foundation::Duration{20'000'000});
    kirchhoff_halt(&chip);
    host.get(0x9000);
    kirchhoff_device next{};
    ASSERT_EQ(kirchhoff_open(&next, &functions->hal, 16), KIRCHHOFF_OK);
    kirchhoff_error error{};
    EXPECT_EQ(kirchhoff_take_error(&next, &error), 0);
    network.device = &next;
    EXPECT_EQ(kirchhoff_network_train(&network, 0, second_ns, nullptr), KIRCHHOFF_OK);
    kirchhoff_close(&next);
    EXPECT_EQ(host.host(model::host_register::interrupt_enable), 0U);
    EXPECT_EQ(host.sequencer(model::sequencer_register::ring_entries), 0U);
  });
}

/// Memory that refuses the record: the descriptor is done, and the driver says why it cannot tell how.
TEST_F(Driver, ARecordThatCannotBeWritten) {
  run([&](FirmwareHost& host) {
    host.refused_address = chip.records_bus + 3 * sizeof(krch_long_completion_t);
    for (int i = 0; i < 3; ++i) {
      EXPECT_EQ(kirchhoff_barrier(&chip, second_ns), KIRCHHOFF_OK);
    }
    EXPECT_EQ(kirchhoff_barrier(&chip, second_ns), KIRCHHOFF_E_DROPPED);
    kirchhoff_error error{};
    ASSERT_EQ(kirchhoff_take_error(&chip, &error), 1);
    EXPECT_EQ(error.cause, KRCH_CAUSE_DMA_WRITE);
    EXPECT_EQ(error.address, host.refused_address);
    EXPECT_EQ(error.tag, 4U);
    EXPECT_EQ(kirchhoff_barrier(&chip, second_ns), KIRCHHOFF_OK);
  });
}

TEST_F(Driver, SelfTests) {
  run([&](FirmwareHost&) {
    ASSERT_EQ(kirchhoff_network_program(&network, second_ns), KIRCHHOFF_OK);
    for (std::uint32_t node = 0; node < chip.info.nodes; ++node) {
      krch_long_completion_t record{};
      ASSERT_EQ(kirchhoff_self_test(&chip, node, second_ns, &record), KIRCHHOFF_OK) << node;
      EXPECT_EQ(record.completion.count, 25 + chip.info.receive_entries + chip.info.route_entries);
      EXPECT_EQ(record.completion.correct, record.completion.count);
    }
  });
}

/// The whole training in one chain ends, bit by bit, with the weights that the testbench's own host gets from
/// the descriptors that it makes itself, where both doorbells ring at the same moment.
TEST_F(Driver, AChainLearnsTheBitsOfTheTestbenchHost) {
  const auto reference = in_child_values<float>([] {
    FirmwareBench bench{small_network};
    const SmallNetwork small{*bench.configuration};
    std::vector<float> weights;
    bench.run([&](FirmwareHost& host) {
      const HostChain chain{host, small.image};
      sleep_until_start(host);
      host.ring_doorbell();
      EXPECT_TRUE(host.wait_idle(10'000'000));
      weights = chain.weights();
    });
    return weights;
  });

  FirmwareBench bench{small_network};
  const SmallNetwork small{*bench.configuration};
  bench.run([&](FirmwareHost& host) {
    functions = std::make_unique<DriverHost>(host);
    ASSERT_EQ(kirchhoff_open(&chip, &functions->hal, 0), KIRCHHOFF_OK);
    const auto image = functions->put(small.image);
    ASSERT_EQ(kirchhoff_network_open(&network, &chip, image.data, small.image.size(), image.address, nullptr),
              KIRCHHOFF_OK);
    ASSERT_EQ(kirchhoff_network_queue_program(&network, nullptr), KIRCHHOFF_OK);
    std::vector<std::uint32_t> trained(network.epochs);
    std::vector<std::uint32_t> tested(network.epochs);
    for (std::uint32_t epoch = 0; epoch < network.epochs; ++epoch) {
      ASSERT_EQ(kirchhoff_network_queue_train(&network, epoch, &trained[epoch]), KIRCHHOFF_OK);
      ASSERT_EQ(kirchhoff_network_queue_test(&network, 0, &tested[epoch]), KIRCHHOFF_OK);
    }
    const std::size_t cells = kirchhoff_network_weight_bytes(&network) / sizeof(float);
    const auto weights = functions->place<float>(cells);
    std::uint32_t read = 0;
    ASSERT_EQ(kirchhoff_network_queue_read(&network, weights.address, &read), KIRCHHOFF_OK);
    sleep_until_start(host);
    kirchhoff_doorbell(&chip);
    // Epoch by epoch, as the chip tells of them.
    for (std::uint32_t epoch = 0; epoch < network.epochs; ++epoch) {
      krch_long_completion_t record{};
      ASSERT_EQ(kirchhoff_wait(&chip, trained[epoch], second_ns, &record), KIRCHHOFF_OK);
      EXPECT_EQ(record.completion.count, network.image->train.count);
      ASSERT_EQ(kirchhoff_wait(&chip, tested[epoch], second_ns, &record), KIRCHHOFF_OK);
      EXPECT_EQ(kirchhoff_poll(&chip, trained.back(), nullptr),
                epoch + 1 < network.epochs ? KIRCHHOFF_E_PENDING : KIRCHHOFF_OK);
    }
    ASSERT_EQ(kirchhoff_wait(&chip, read, second_ns, nullptr), KIRCHHOFF_OK);
    EXPECT_EQ(std::vector<float>(weights.data, weights.data + cells), reference);
  });
}

// ---- without a chip ---------------------------------------------------------------------------------

TEST(DriverTexts, EveryCauseHasItsName) {
  for (const auto& doc : model::error_cause_docs) {
    const char* const name = kirchhoff_cause_name(static_cast<std::uint32_t>(doc.cause));
    ASSERT_NE(name, nullptr) << doc.name;
    EXPECT_EQ(name, doc.name);
  }
  EXPECT_EQ(kirchhoff_cause_name(0x7f), nullptr);
}

TEST(DriverTexts, ErrorsInWords) {
  std::array<char, KIRCHHOFF_TEXT_BYTES> text{};
  kirchhoff_error error{};
  EXPECT_STREQ(kirchhoff_error_text(&error, text.data(), text.size()), "no error");
  error = {KRCH_HOST_ERROR_STATUS_LABEL_MASK, KRCH_CAUSE_LABEL, 7, 0, 0x8001'2344};
  EXPECT_STREQ(kirchhoff_error_text(&error, text.data(), text.size()),
               "LABEL (LABEL) at 0x80012344, descriptor 7");
  error = {KRCH_HOST_ERROR_STATUS_DMA_MASK | KRCH_HOST_ERROR_STATUS_BUS_MASK, 0x99, 0, 0, 0};
  EXPECT_STREQ(kirchhoff_error_text(&error, text.data(), text.size()), "cause 0x99 (DMA, BUS)");
  // Never more than there is room for.
  error.address = UINT64_MAX;
  error.tag = UINT32_MAX;
  error.status = UINT32_MAX;
  const std::string whole = kirchhoff_error_text(&error, text.data(), text.size());
  EXPECT_LT(whole.size() + 1, text.size());
  for (std::size_t room = 1; room <= whole.size() + 1; ++room) {
    text.fill('#');
    kirchhoff_error_text(&error, text.data(), room);
    EXPECT_EQ(std::string{text.data()}, whole.substr(0, room - 1));
    EXPECT_EQ(text[room], '#');
  }
  for (int code = KIRCHHOFF_E_IMAGE; code <= KIRCHHOFF_OK; ++code) {
    EXPECT_STRNE(kirchhoff_code_text(code), kirchhoff_code_text(1)) << code;
  }
}

class DriverImages : public testing::Test {
 protected:
  DriverImages()
      : configuration(model::load_configuration("209k", small_network)), image(of(*configuration)) {}

  static std::vector<std::byte> of(const model::Configuration& configuration) {
    return SmallNetwork{configuration}.image;
  }
  [[nodiscard]] kirchhoff_image& header() { return *reinterpret_cast<kirchhoff_image*>(image.data()); }
  [[nodiscard]] int check(std::size_t available) {
    text.fill('#');
    return kirchhoff_check_image(&header(), available, nullptr, text.data());
  }

  std::unique_ptr<model::Configuration> configuration;
  std::vector<std::byte> image;
  std::array<char, KIRCHHOFF_TEXT_BYTES> text{};
};

TEST_F(DriverImages, GoodOnes) {
  EXPECT_EQ(check(image.size()), KIRCHHOFF_OK);
  EXPECT_STREQ(text.data(), "");
  EXPECT_EQ(check(image.size() + 1000), KIRCHHOFF_OK);
  EXPECT_EQ(check(image.size() - 1), KIRCHHOFF_E_IMAGE);
  EXPECT_EQ(check(sizeof(kirchhoff_image) - 1), KIRCHHOFF_E_IMAGE);
  EXPECT_EQ(kirchhoff_check_image(nullptr, 100, nullptr, nullptr), KIRCHHOFF_E_ARGUMENT);
}

TEST_F(DriverImages, MadeForAnotherChip) {
  const auto& tile = *reinterpret_cast<const kirchhoff_image_tile*>(image.data() + header().tiles_offset);
  kirchhoff_info info{};
  info.nodes = 32;
  info.tile_rows = tile.rows;
  info.tile_columns = 50;
  EXPECT_EQ(kirchhoff_check_image(&header(), image.size(), &info, text.data()), KIRCHHOFF_OK) << text.data();
  info.tile_rows -= 1;
  EXPECT_EQ(kirchhoff_check_image(&header(), image.size(), &info, text.data()), KIRCHHOFF_E_CAPABILITY);
  EXPECT_NE(std::string{text.data()}.find("another chip"), std::string::npos);
}

/// Any word of header and lists may be anything: the check ends, reads nothing beyond the image (the
/// sanitizers look), and what it lets through lies within.
TEST_F(DriverImages, WordsThatAreAnything) {
  const auto good = image;
  std::mt19937 random{1};
  const auto lists = header().tiles_offset + header().tiles_count * sizeof(kirchhoff_image_tile);
  const auto epochs = header().epochs_offset;
  int refused = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::size_t at = random() % (sizeof(kirchhoff_image) / 4) * 4;
    if (round % 3 == 1) {
      at = header().tiles_offset + random() % ((lists - header().tiles_offset) / 4) * 4;
    } else if (round % 3 == 2) {
      at = epochs + random() % (2 * sizeof(kirchhoff_image_epoch) / 4) * 4;
    }
    const std::uint32_t edge = static_cast<std::uint32_t>(image.size() - random() % 9);
    const std::uint32_t word = std::array{0U, ~0U, edge, static_cast<std::uint32_t>(random())}[random() % 4];
    std::memcpy(image.data() + at, &word, sizeof word);
    const int result = check(image.size());
    ASSERT_TRUE(result == KIRCHHOFF_OK || result == KIRCHHOFF_E_IMAGE);
    refused += result == KIRCHHOFF_E_IMAGE ? 1 : 0;
    if (result == KIRCHHOFF_OK) {
      const auto end = [](std::uint64_t offset, std::uint64_t count, std::uint64_t size) {
        return offset + count * size;
      };
      const auto& h = header();
      EXPECT_LE(end(h.train.offset_inputs, h.train.count, h.stride), image.size());
      EXPECT_LE(end(h.writes_offset, h.writes_count, 8), image.size());
    } else {
      EXPECT_EQ(std::string{text.data()}.rfind("image: ", 0), 0U);
    }
    image = good;
  }
  EXPECT_GT(refused, 10'000);
}

}  // namespace
