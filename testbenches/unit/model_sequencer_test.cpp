#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <vector>

#include "foundation/ledger.h"
#include "interconnect/packet_address.h"
#include "model/chip/output_unit.h"
#include "model/chip/sequencer_core.h"
#include "tiles/vector_codec.h"

// The sequencer against a chip that answers as the test wants.
namespace {

using namespace kirchhoff;
using foundation::Duration;
using foundation::Phase;
using interconnect::PacketHeader;
using interconnect::PacketKind;
using interconnect::RouteId;
using interconnect::VectorFormat;
using model::Completion;
using model::Descriptor;
using model::DescriptorOperation;
using model::SequencerFlow;
namespace reg = model::sequencer_register;

constexpr std::uint32_t kInputs = 6;
constexpr std::uint32_t kClasses = 4;
constexpr RouteId kInputRoute = 1;
constexpr RouteId kSecondInputRoute = 2;
constexpr RouteId kOutputRoute = 3;
constexpr RouteId kDeltaRoute = 4;
constexpr RouteId kTransferRoute = 5;
constexpr Duration kForwardTime{1'000'000};
constexpr Duration kBackwardTime{3'000'000};
constexpr Duration kTransferTime{70'000'000};
constexpr Duration kDma{10'000};
constexpr Duration kSoftmax{2000};
constexpr Duration kUpdate{315'000};

/// Host memory and a chip whose outputs are a fixed function of the inputs: z_k = code of input k.
class FakePorts final : public model::SequencerPorts {
 public:
  bool send(const PacketHeader& header, std::span<const std::byte> payload, Duration at) override {
    sent.push_back({header, std::vector<float>(header.count), at});
    if (header.format != VectorFormat::none) {
      EXPECT_TRUE(tiles::decode(header.format, payload, 0, sent.back().values));
    }
    if (!delivers) {
      return false;
    }
    if (header.route == kInputRoute && answers) {
      PacketHeader answer = header;
      answer.kind = PacketKind::layer_output;
      answer.format = VectorFormat::s32;
      answer.route = kOutputRoute;
      answer.count = kClasses;
      answer.sent_at = at + kForwardTime;
      answer.path_compute = kForwardTime;
      std::vector<std::byte> bytes(4 * kClasses);
      tiles::encode(VectorFormat::s32, std::span{sent.back().values}.first(kClasses), bytes);
      EXPECT_TRUE(core->receive(answer, bytes, at + kForwardTime));
    }
    if (header.route == kDeltaRoute || header.route == kTransferRoute) {
      const Duration time = header.route == kDeltaRoute ? kBackwardTime : kTransferTime;
      for (int group = 0; group < groups_that_answer; ++group) {
        PacketHeader done = header;
        done.kind = PacketKind::done;
        done.format = VectorFormat::none;
        done.sent_at = at + time;
        EXPECT_TRUE(core->receive(done, {}, at + time));
      }
    }
    return true;
  }
  bool dma_read(std::uint64_t address, std::span<std::byte> bytes, Duration& at) override {
    ++reads;
    at += kDma;
    if (address + bytes.size() > memory.size() || address == bad_address) {
      return false;
    }
    std::memcpy(bytes.data(), memory.data() + address, bytes.size());
    return true;
  }
  bool dma_write(std::uint64_t address, std::span<const std::byte> bytes, Duration& at) override {
    at += kDma;
    if (address + bytes.size() > memory.size()) {
      return false;
    }
    std::memcpy(memory.data() + address, bytes.data(), bytes.size());
    return true;
  }
  bool write_cells(std::uint64_t address, std::span<const std::byte> bytes, Duration& at) override {
    at += kTransferTime;
    cells.emplace_back(address, std::vector<std::byte>(bytes.begin(), bytes.end()));
    return cells.size() <= rows_there;
  }
  bool read_cells(std::uint64_t address, std::span<std::byte> bytes, Duration& /*at*/) override {
    const float value = static_cast<float>(address & 0xfffU);
    for (std::size_t i = 0; i < bytes.size(); i += sizeof value) {
      std::memcpy(bytes.data() + i, &value, sizeof value);
    }
    return true;
  }
  void settled(Duration now) override {
    settled_at.push_back(now);
    *clock = now;  // as the sequencer's own does
  }

  struct Sent {
    PacketHeader header;
    std::vector<float> values;
    Duration at;
  };
  std::vector<Sent> sent;
  std::vector<std::byte> memory = std::vector<std::byte>(0x10000);
  std::vector<std::pair<std::uint64_t, std::vector<std::byte>>> cells;
  std::vector<Duration> settled_at;
  std::size_t rows_there = 1000;
  std::uint64_t bad_address = ~std::uint64_t{0};
  int reads = 0;
  bool delivers = true;
  bool answers = true;
  int groups_that_answer = 2;
  model::SequencerCore* core = nullptr;
  Duration* clock = nullptr;
};

class Sequencer : public testing::Test {
 protected:
  static constexpr std::uint64_t kInputAddress = 0x1000;
  static constexpr std::uint64_t kLabelAddress = 0x4000;
  static constexpr std::uint64_t kOrderAddress = 0x6000;
  static constexpr std::uint64_t kOutputAddress = 0x8000;

  Sequencer() {
    ports.core = &core;
    ports.clock = &now;
    set(reg::inputs, kInputs);
    set(reg::classes, kClasses);
    set(reg::output_lsb, std::bit_cast<std::uint32_t>(0.5F));
    set(reg::groups, 2);
    set(reg::transfer_route, kTransferRoute);
    flow(0, SequencerFlow::input, kSecondInputRoute, 4, 2);
    flow(1, SequencerFlow::input, kInputRoute, 0, 4);
    flow(2, SequencerFlow::output, kOutputRoute, 0, kClasses);
    flow(3, SequencerFlow::delta, kDeltaRoute, 0, kClasses);
    // Example i: input k has code (7 i + 13 k) mod 50, label i mod 4.
    for (std::uint32_t i = 0; i < kExamples; ++i) {
      for (std::uint32_t k = 0; k < kInputs; ++k) {
        ports.memory[kInputAddress + i * 8 + k] = static_cast<std::byte>(code(i, k));
      }
      const auto label = static_cast<std::uint16_t>(i % kClasses);
      std::memcpy(ports.memory.data() + kLabelAddress + 2 * i, &label, 2);
    }
  }
  static std::uint32_t code(std::uint32_t example, std::uint32_t input) {
    return (7 * example + 13 * input) % 50;
  }
  static std::vector<float> z_of(std::uint32_t example) {
    std::vector<float> z(kClasses);
    for (std::uint32_t k = 0; k < kClasses; ++k) {
      z[k] = 0.5F * static_cast<float>(code(example, k));
    }
    return z;
  }
  void set(std::uint32_t offset, std::uint32_t value) { EXPECT_TRUE(core.settings().write(offset, value)); }
  void flow(std::uint32_t entry, SequencerFlow kind, std::uint32_t route, std::uint32_t first,
            std::uint32_t count) {
    const std::uint32_t base = reg::flow_table + entry * model::sequencer_flow_bytes;
    set(base + 4, first);
    set(base + 8, count);
    set(base, model::sequencer_flow_valid | static_cast<std::uint32_t>(kind) << 16 | route);
  }
  static Descriptor examples(DescriptorOperation operation, std::uint32_t count) {
    Descriptor descriptor;
    descriptor.operation = static_cast<std::uint32_t>(operation);
    descriptor.tag = 77;
    descriptor.count = count;
    descriptor.input_address = kInputAddress;
    descriptor.label_address = kLabelAddress;
    descriptor.stride = 8;
    return descriptor;
  }
  Completion run(const Descriptor& descriptor) {
    const Completion completion = core.execute(descriptor, now);
    EXPECT_EQ(completion.tag, descriptor.tag);
    EXPECT_EQ(completion.time_ps, static_cast<std::uint64_t>(now.count()));
    return completion;
  }
  [[nodiscard]] std::size_t transfers_sent() const {
    std::size_t count = 0;
    for (const auto& packet : ports.sent) {
      count += packet.header.kind == PacketKind::transfer ? 1 : 0;
    }
    return count;
  }

  static constexpr std::uint32_t kExamples = 1000;
  foundation::Ledger ledger{32};
  FakePorts ports;
  model::SequencerCore core{{.softmax_class = kSoftmax,
                             .update = kUpdate,
                             .tile_columns = 50,
                             .mesh_nodes = 32,
                             .examples_in_flight = 4},
                            ports,
                            {.ledger = ledger, .trace = nullptr, .seed = 1},
                            "sequencer"};
  Duration now{0};
};

TEST_F(Sequencer, NothingCompletesAtOnce) {
  now = Duration{555};
  Descriptor descriptor;
  descriptor.tag = 3;
  EXPECT_EQ(run(descriptor).error, 0U);
  EXPECT_EQ(now, Duration{555});
}

TEST_F(Sequencer, UnknownOperationsAreRefused) {
  Descriptor descriptor;
  descriptor.operation = 8;
  EXPECT_EQ(run(descriptor).error, model::error_descriptor);
  EXPECT_EQ(core.fault().cause, model::ErrorCause::operation);
  descriptor.operation = 0xffffffffU;
  EXPECT_EQ(run(descriptor).error, model::error_descriptor);
  EXPECT_TRUE(ports.sent.empty());
}

TEST_F(Sequencer, InputsGoOutAsTheFlowsSay) {
  EXPECT_EQ(run(examples(DescriptorOperation::infer, 1)).error, 0U);
  ASSERT_EQ(ports.sent.size(), 2U);
  EXPECT_EQ(ports.sent[0].header.route, kSecondInputRoute);
  EXPECT_EQ(ports.sent[0].values,
            (std::vector<float>{static_cast<float>(code(0, 4)), static_cast<float>(code(0, 5))}));
  EXPECT_EQ(ports.sent[1].header.route, kInputRoute);
  EXPECT_EQ(ports.sent[1].header.kind, PacketKind::activation);
  EXPECT_EQ(ports.sent[1].header.format, VectorFormat::u8);
  EXPECT_EQ(ports.sent[1].header.element_bits, 8U);
  EXPECT_EQ(ports.sent[1].header.phase, Phase::inference);
  EXPECT_EQ(ports.sent[1].header.buffer, 0U);
}

TEST_F(Sequencer, InferenceCountsAndPredicts) {
  auto descriptor = examples(DescriptorOperation::infer, 50);
  descriptor.output_address = kOutputAddress;
  const auto completion = run(descriptor);
  EXPECT_EQ(completion.error, 0U);
  EXPECT_EQ(completion.count, 50U);
  model::OutputUnit unit{kClasses};
  std::uint32_t correct = 0;
  double loss = 0;
  for (std::uint32_t i = 0; i < 50; ++i) {
    const auto result = unit.compare(z_of(i), i % kClasses);
    correct += result.predicted == i % kClasses ? 1 : 0;
    loss += result.loss;
    std::uint16_t predicted = 0;
    std::memcpy(&predicted, ports.memory.data() + kOutputAddress + 2 * i, 2);
    EXPECT_EQ(predicted, result.predicted) << "example " << i;
  }
  EXPECT_EQ(completion.correct, correct);
  EXPECT_EQ(completion.loss, loss);
  EXPECT_EQ(ledger.counters().inference_examples, 50U);
  EXPECT_EQ(ledger.counters().training_examples, 0U);
  EXPECT_EQ(ledger.training_time(), Duration{0});
}

// The chip answers kForwardTime after the inputs were sent; it fetches an example in 2 kDma meanwhile.
TEST_F(Sequencer, ExamplesUnderWayShareTheTimeOfOne) {
  constexpr std::uint32_t kCount = 50;
  for (const std::uint32_t depth : {1U, 2U, 4U}) {
    set(reg::in_flight, depth);
    ports.sent.clear();
    const Duration began = now;
    const Duration before = ledger.elapsed(Phase::inference);
    const std::uint64_t latency_before = ledger.counters().inference_latency_ps;
    auto descriptor = examples(DescriptorOperation::infer, kCount);
    EXPECT_EQ(run(descriptor).count, kCount);

    std::vector<Duration> starts;
    for (const auto& packet : ports.sent) {
      if (packet.header.route == kInputRoute) {
        EXPECT_EQ(packet.header.buffer, starts.size() % depth);
        starts.push_back(packet.at);
      }
    }
    ASSERT_EQ(starts.size(), kCount);
    const Duration fetch = 2 * kDma;
    const Duration softmax = kSoftmax * kClasses;
    Duration expected = began + fetch;
    std::vector<Duration> compared;
    for (std::uint32_t i = 0; i < kCount; ++i) {
      if (i > 0) {
        expected = starts[i - 1] + fetch;  // read while the one before is under way
      }
      if (i >= depth) {
        expected = std::max(expected, compared[i - depth]);
      }
      EXPECT_EQ(starts[i], expected) << depth << " under way, example " << i;
      const Duration free = compared.empty() ? began : compared.back();
      compared.push_back(std::max(starts[i] + kForwardTime, free) + softmax);
    }
    EXPECT_EQ(now, compared.back());
    EXPECT_EQ(ledger.elapsed(Phase::inference) - before, now - began);
    Duration latency{0};
    for (std::uint32_t i = 0; i < kCount; ++i) {
      latency += compared[i] - starts[i];
    }
    EXPECT_EQ(ledger.counters().inference_latency_ps - latency_before,
              static_cast<std::uint64_t>(latency.count()));
  }
}

// What is decided, written and counted does not depend on how many are under way.
TEST_F(Sequencer, ExamplesUnderWayComeOutInOrder) {
  auto descriptor = examples(DescriptorOperation::infer, 37);
  descriptor.output_address = kOutputAddress;
  const auto results = [&] {
    return std::vector<std::byte>(ports.memory.begin() + kOutputAddress,
                                  ports.memory.begin() + kOutputAddress + 2 * 37);
  };
  const Completion alone = run(descriptor);
  const auto expected = results();
  for (const std::uint32_t depth : {2U, 3U, 4U}) {
    set(reg::in_flight, depth);
    std::fill(ports.memory.begin() + kOutputAddress, ports.memory.end(), std::byte{0xff});
    const Completion together = run(descriptor);
    EXPECT_EQ(together.error, 0U);
    EXPECT_EQ(together.count, 37U);
    EXPECT_EQ(together.correct, alone.correct);
    EXPECT_EQ(together.loss, alone.loss);
    EXPECT_EQ(results(), expected) << depth << " under way";
  }
}

// An error of one example: those before it come to their end, and are counted.
TEST_F(Sequencer, ExamplesUnderWayEndBeforeAnError) {
  set(reg::in_flight, 4);
  const std::uint16_t label = kClasses;
  std::memcpy(ports.memory.data() + kLabelAddress + 2 * 6, &label, 2);
  auto descriptor = examples(DescriptorOperation::infer, 20);
  descriptor.output_address = kOutputAddress;
  std::fill(ports.memory.begin() + kOutputAddress, ports.memory.end(), std::byte{0xff});
  const Completion completion = run(descriptor);
  EXPECT_EQ(completion.error, model::error_label);
  EXPECT_EQ(core.fault().address, kLabelAddress + 2 * 6);
  EXPECT_EQ(completion.count, 6U);
  for (std::uint32_t i = 0; i < 7; ++i) {
    std::uint16_t predicted = 0;
    std::memcpy(&predicted, ports.memory.data() + kOutputAddress + 2 * i, 2);
    EXPECT_EQ(predicted == 0xffffU, i >= 6) << i;
  }
  EXPECT_EQ(ledger.counters().inference_examples, 6U);
}

TEST_F(Sequencer, NoMoreExamplesAreUnderWayThanLineBuffersAreThere) {
  for (const std::uint32_t depth : {0U, 5U, 0xffffffffU}) {
    set(reg::in_flight, depth);
    EXPECT_EQ(run(examples(DescriptorOperation::infer, 1)).error, model::error_descriptor) << depth;
    EXPECT_EQ(core.fault().cause, model::ErrorCause::network_settings);
  }
  EXPECT_TRUE(ports.sent.empty());
}

// An update changes the weights that the next example is read with.
TEST_F(Sequencer, TrainingHasOneExampleUnderWay) {
  set(reg::in_flight, 4);
  run(examples(DescriptorOperation::train, 5));
  Duration free{0};
  for (const auto& packet : ports.sent) {
    EXPECT_EQ(packet.header.buffer, 0U);
    if (packet.header.route == kInputRoute) {
      EXPECT_GE(packet.at, free);
    } else if (packet.header.route == kDeltaRoute) {
      free = packet.at + kBackwardTime;
    }
  }
}

TEST_F(Sequencer, SoftmaxAndHostBusAreBooked) {
  auto descriptor = examples(DescriptorOperation::infer, 50);
  descriptor.output_address = kOutputAddress;
  run(descriptor);
  const auto& inference = ledger.at(ledger.host_node(), Phase::inference);
  EXPECT_EQ(inference.softmax_values, 50 * kClasses);
  EXPECT_EQ(inference.host_bits, 50 * 8 * (kInputs + 2 + 2));  // input, label, prediction
  run(examples(DescriptorOperation::train, 10));
  const auto& forward = ledger.at(ledger.host_node(), Phase::forward);
  EXPECT_EQ(forward.softmax_values, 10 * kClasses);
  EXPECT_EQ(forward.host_bits, 10 * 8 * (kInputs + 2));
}

TEST_F(Sequencer, InferenceNeedsNoLabels) {
  auto descriptor = examples(DescriptorOperation::infer, 5);
  descriptor.label_address = 0;
  const auto completion = run(descriptor);
  EXPECT_EQ(completion.error, 0U);
  EXPECT_EQ(completion.count, 5U);
  EXPECT_EQ(completion.correct, 0U);
  EXPECT_EQ(completion.loss, 0.0);
}

TEST_F(Sequencer, TrainingNeedsLabels) {
  auto descriptor = examples(DescriptorOperation::train, 5);
  descriptor.label_address = 0;
  EXPECT_EQ(run(descriptor).error, model::error_descriptor);
  EXPECT_TRUE(ports.sent.empty());
}

TEST_F(Sequencer, DeltasAreSoftmaxMinusTargetOnASharedExponent) {
  run(examples(DescriptorOperation::train, 1));
  const auto& packet = ports.sent.back();
  EXPECT_EQ(packet.header.kind, PacketKind::delta);
  EXPECT_EQ(packet.header.route, kDeltaRoute);
  EXPECT_EQ(packet.header.phase, Phase::backward);
  EXPECT_EQ(packet.header.element_bits, 9U);
  model::OutputUnit unit{kClasses};
  unit.compare(z_of(0), 0);
  double largest = 0;
  for (std::uint32_t k = 0; k < kClasses; ++k) {
    const auto delta = static_cast<double>(unit.delta()[k]);
    largest = std::max(largest, std::fabs(delta));
    EXPECT_NEAR(std::ldexp(static_cast<double>(packet.values[k]) / 255, packet.header.exponent), delta,
                std::ldexp(0.51 / 255, packet.header.exponent));
  }
  EXPECT_LE(largest, std::ldexp(1.0, packet.header.exponent));
  EXPECT_GT(largest, std::ldexp(0.5, packet.header.exponent));
}

TEST_F(Sequencer, OrderListIsFollowed) {
  // Longer than one chunk of the list.
  std::vector<std::uint32_t> order(700);
  for (std::uint32_t i = 0; i < order.size(); ++i) {
    order[i] = 37 * i % kExamples;
  }
  std::memcpy(ports.memory.data() + kOrderAddress, order.data(), order.size() * 4);
  auto descriptor = examples(DescriptorOperation::train, 700);
  descriptor.order_address = kOrderAddress;
  EXPECT_EQ(run(descriptor).count, 700U);
  std::size_t example = 0;
  for (const auto& packet : ports.sent) {
    if (packet.header.route == kInputRoute) {
      ASSERT_EQ(packet.values[1], static_cast<float>(code(order[example], 1))) << "example " << example;
      ++example;
    }
  }
  EXPECT_EQ(example, 700U);
}

TEST_F(Sequencer, TimeOfAnExample) {
  EXPECT_EQ(run(examples(DescriptorOperation::train, 1)).error, 0U);
  // Input and label by DMA, forward, softmax, backward with update.
  EXPECT_EQ(now, kDma * 2 + kForwardTime + kSoftmax * 4 + kBackwardTime);
  EXPECT_EQ(ledger.elapsed(Phase::forward), kDma * 2 + kForwardTime + kSoftmax * 4);
  EXPECT_EQ(ledger.elapsed(Phase::update), kUpdate);
  EXPECT_EQ(ledger.elapsed(Phase::backward), kBackwardTime - kUpdate);
  EXPECT_EQ(ledger.network_elapsed(Phase::forward), kDma * 2);
  EXPECT_EQ(ledger.training_time(), now);
}

TEST_F(Sequencer, TheNextExampleIsFetchedMeanwhile) {
  run(examples(DescriptorOperation::train, 3));
  const Duration one = kForwardTime + kSoftmax * 4 + kBackwardTime;
  EXPECT_EQ(now, kDma * 2 + one * 3);
  EXPECT_EQ(ports.settled_at,
            (std::vector<Duration>{kDma * 2 + one, kDma * 2 + one * 2, kDma * 2 + one * 3}));
}

TEST_F(Sequencer, TransfersAtTheirInterval) {
  set(reg::transfer_interval, 4);
  run(examples(DescriptorOperation::train, 3));
  EXPECT_EQ(transfers_sent(), 0U);
  run(examples(DescriptorOperation::infer, 10));  // does not count
  EXPECT_EQ(transfers_sent(), 0U);
  run(examples(DescriptorOperation::train, 1));  // counted on from the last descriptor
  EXPECT_EQ(transfers_sent(), 1U);
  run(examples(DescriptorOperation::train, 12));
  EXPECT_EQ(transfers_sent(), 4U);
  EXPECT_EQ(core.settings().get(reg::transfers), 4U);
  EXPECT_EQ(core.settings().get(reg::examples), 16U);
  EXPECT_EQ(ledger.counters().transfers, 4U);
  EXPECT_EQ(ledger.elapsed(Phase::transfer), kTransferTime * 4);
}

TEST_F(Sequencer, TransferByDescriptorStartsTheIntervalAgain) {
  set(reg::transfer_interval, 4);
  run(examples(DescriptorOperation::train, 3));
  Descriptor transfer;
  transfer.operation = static_cast<std::uint32_t>(DescriptorOperation::transfer);
  EXPECT_EQ(run(transfer).error, 0U);
  EXPECT_EQ(transfers_sent(), 1U);
  run(examples(DescriptorOperation::train, 3));
  EXPECT_EQ(transfers_sent(), 1U);
  run(examples(DescriptorOperation::train, 1));
  EXPECT_EQ(transfers_sent(), 2U);
}

TEST_F(Sequencer, IntervalZeroMeansOnlyByDescriptor) {
  run(examples(DescriptorOperation::train, 200));
  EXPECT_EQ(transfers_sent(), 0U);
}

TEST_F(Sequencer, DmaErrors) {
  auto descriptor = examples(DescriptorOperation::train, 10);
  descriptor.input_address = 0x10000;
  auto completion = run(descriptor);
  EXPECT_EQ(completion.error, model::error_dma);
  EXPECT_EQ(completion.count, 0U);

  descriptor = examples(DescriptorOperation::train, 10);
  ports.bad_address = kInputAddress + 3 * 8;  // the fourth example
  completion = run(descriptor);
  EXPECT_EQ(completion.error, model::error_dma);
  EXPECT_EQ(completion.count, 3U);

  ports.bad_address = kLabelAddress + 2 * 2;
  completion = run(descriptor);
  EXPECT_EQ(completion.error, model::error_dma);
  EXPECT_EQ(completion.count, 2U);

  ports.bad_address = ~std::uint64_t{0};
  descriptor.order_address = 0xfffe;
  EXPECT_EQ(run(descriptor).error, model::error_dma);

  descriptor = examples(DescriptorOperation::infer, 10);
  descriptor.output_address = 0xfffc;  // room for two predictions
  completion = run(descriptor);
  EXPECT_EQ(completion.error, model::error_dma);
  EXPECT_EQ(completion.count, 2U);
}

TEST_F(Sequencer, LabelsBeyondTheClasses) {
  const std::uint16_t label = kClasses;
  std::memcpy(ports.memory.data() + kLabelAddress + 2 * 5, &label, 2);
  auto completion = run(examples(DescriptorOperation::train, 10));
  EXPECT_EQ(completion.error, model::error_label);
  EXPECT_EQ(completion.count, 5U);
  completion = run(examples(DescriptorOperation::infer, 10));
  EXPECT_EQ(completion.error, model::error_label);
}

TEST_F(Sequencer, UndeliveredAndUnansweredPackets) {
  ports.delivers = false;
  EXPECT_EQ(run(examples(DescriptorOperation::train, 1)).error, model::error_network);
  ports.delivers = true;
  ports.answers = false;  // z never comes
  EXPECT_EQ(run(examples(DescriptorOperation::infer, 1)).error, model::error_network);
  ports.answers = true;
  ports.groups_that_answer = 1;  // one of two is never done
  EXPECT_EQ(run(examples(DescriptorOperation::train, 1)).error, model::error_network);
  Descriptor transfer;
  transfer.operation = static_cast<std::uint32_t>(DescriptorOperation::transfer);
  EXPECT_EQ(run(transfer).error, model::error_network);
  ports.groups_that_answer = 2;  // and after all that it works again
  const auto completion = run(examples(DescriptorOperation::train, 2));
  EXPECT_EQ(completion.error, 0U);
  EXPECT_EQ(completion.count, 2U);
}

TEST_F(Sequencer, SettingsThatMakeNoSense) {
  const auto refused = [&] {
    return run(examples(DescriptorOperation::train, 1)).error == model::error_descriptor &&
           ports.sent.empty();
  };
  set(reg::inputs, 0);
  EXPECT_TRUE(refused());
  set(reg::inputs, 5);  // a flow runs over the end
  EXPECT_TRUE(refused());
  set(reg::inputs, 0xffffffffU);
  EXPECT_TRUE(refused());
  set(reg::inputs, kInputs);
  set(reg::classes, 0);
  EXPECT_TRUE(refused());
  set(reg::classes, 3);
  EXPECT_TRUE(refused());
  set(reg::classes, kClasses);
  set(reg::output_lsb, 0x7fc00000U);  // NaN
  EXPECT_TRUE(refused());
  set(reg::output_lsb, std::bit_cast<std::uint32_t>(0.5F));
  flow(3, SequencerFlow::delta, kDeltaRoute, 0, 0);
  EXPECT_TRUE(refused());
  flow(3, SequencerFlow::delta, kDeltaRoute, 0xffffffffU, 1);
  EXPECT_TRUE(refused());
  flow(3, SequencerFlow::delta, kDeltaRoute, 1, 0xffffffffU);  // the sum wraps at 32 bits
  EXPECT_TRUE(refused());
  set(reg::flow_table + 3 * model::sequencer_flow_bytes, 0);  // no delta flow at all
  EXPECT_TRUE(refused());
  flow(3, SequencerFlow::delta, kDeltaRoute, 0, kClasses);
  EXPECT_EQ(run(examples(DescriptorOperation::train, 1)).error, 0U);
}

TEST_F(Sequencer, AFlowOfAnyRouteIsHarmless) {
  flow(4, SequencerFlow::output, interconnect::no_route, 0, kClasses);  // the largest number a route can have
  EXPECT_EQ(run(examples(DescriptorOperation::infer, 1)).error, model::error_network);  // never comes
}

TEST_F(Sequencer, UnexpectedPacketsAreRefused) {
  run(examples(DescriptorOperation::infer, 1));
  PacketHeader header;
  header.kind = PacketKind::layer_output;
  header.format = VectorFormat::s32;
  header.route = 9;
  header.count = kClasses;
  const std::vector<std::byte> bytes(4 * kClasses);
  EXPECT_FALSE(core.receive(header, bytes, now));
  header.route = kOutputRoute;
  EXPECT_FALSE(core.receive(header, std::span{bytes}.first(8), now));  // too short
  header.kind = PacketKind::activation;
  EXPECT_FALSE(core.receive(header, bytes, now));
}

TEST_F(Sequencer, ProgramsRowByRow) {
  Descriptor descriptor;
  descriptor.operation = static_cast<std::uint32_t>(DescriptorOperation::program_weights);
  descriptor.count = 3;
  descriptor.node = 7;
  descriptor.columns = 2;
  descriptor.stride = 12;
  descriptor.input_address = 0x2000;
  const std::vector<float> matrix{1, 2, 99, 3, 4, 99, 5, 6};
  std::memcpy(ports.memory.data() + 0x2000, matrix.data(), matrix.size() * 4);
  const auto completion = run(descriptor);
  EXPECT_EQ(completion.error, 0U);
  EXPECT_EQ(completion.count, 3U);
  ASSERT_EQ(ports.cells.size(), 3U);
  for (std::size_t row = 0; row < 3; ++row) {
    EXPECT_EQ(ports.cells[row].first,
              interconnect::cell_address(7, interconnect::CellPlane::weight, row * 50));
    ASSERT_EQ(ports.cells[row].second.size(), 8U);
    std::vector<float> values(2);
    std::memcpy(values.data(), ports.cells[row].second.data(), 8);
    EXPECT_EQ(values, (std::vector<float>{matrix[3 * row], matrix[3 * row + 1]}));
  }
  EXPECT_EQ(now, (kDma + kTransferTime) * 3);
  EXPECT_EQ(ledger.elapsed(Phase::setup), now);
  EXPECT_EQ(ledger.training_time(), Duration{0});
}

TEST_F(Sequencer, ReadsRowByRow) {
  Descriptor descriptor;
  descriptor.operation = static_cast<std::uint32_t>(DescriptorOperation::read_weights);
  descriptor.count = 2;
  descriptor.columns = 2;
  descriptor.stride = 16;
  descriptor.output_address = 0x3000;
  EXPECT_EQ(run(descriptor).count, 2U);
  float value = 0;
  std::memcpy(&value, ports.memory.data() + 0x3000 + 16, 4);
  EXPECT_EQ(value, 200.0F);  // the fake cells hold their address: row 1 of 50 floats
}

TEST_F(Sequencer, WeightsThatDoNotFit) {
  Descriptor good;
  good.operation = static_cast<std::uint32_t>(DescriptorOperation::program_weights);
  good.count = 1;
  good.columns = 50;
  good.stride = 200;
  good.input_address = 0x2000;
  EXPECT_EQ(run(good).error, 0U);
  const auto refused = [&](auto change) {
    Descriptor bad = good;
    change(bad);
    ports.cells.clear();
    return run(bad).error == model::error_descriptor && ports.cells.empty();
  };
  EXPECT_TRUE(refused([](auto& d) { d.node = 32; }));
  EXPECT_TRUE(refused([](auto& d) { d.columns = 0; }));
  EXPECT_TRUE(refused([](auto& d) { d.columns = 51; }));
  EXPECT_TRUE(refused([](auto& d) { d.stride = 199; }));
  EXPECT_TRUE(refused([](auto& d) { d.columns = 0x40000001U; }));  // four times it wraps at 32 bits
  Descriptor beyond = good;
  beyond.count = 5;
  ports.cells.clear();
  ports.rows_there = 3;
  const auto completion = run(beyond);
  EXPECT_EQ(completion.error, model::error_descriptor);
  EXPECT_EQ(completion.count, 3U);
  ports.rows_there = 1000;
  beyond.input_address = 0x10000;
  EXPECT_EQ(run(beyond).error, model::error_dma);
}

TEST(SequencerSettings, ReadOnlyRegistersStay) {
  model::SequencerSettings settings;
  for (const std::uint32_t offset : {reg::ring_head, reg::busy, reg::examples, reg::transfers}) {
    EXPECT_FALSE(settings.write(offset, 5)) << offset;
    EXPECT_EQ(settings.read(offset), 0U) << offset;
    settings.put(offset, 6);
    EXPECT_EQ(settings.read(offset), 6U) << offset;
  }
}

TEST(SequencerSettings, UnknownOffsets) {
  model::SequencerSettings settings;
  for (const std::uint32_t offset : {0x1cU, 0x3cU, 0x7fcU, 0x7000U, 0x10000U}) {
    EXPECT_FALSE(settings.write(offset, 5)) << offset;
    EXPECT_FALSE(settings.read(offset).has_value()) << offset;
  }
}

TEST(SequencerSettings, RingBaseHas64Bits) {
  model::SequencerSettings settings;
  settings.write(reg::ring_base_low, 0x89abcdefU);
  settings.write(reg::ring_base_high, 0x01234567U);
  EXPECT_EQ(settings.ring_base(), 0x0123456789abcdefULL);
}

TEST(SequencerSettings, FlowsInTableOrderByKind) {
  model::SequencerSettings settings;
  const auto write = [&](std::uint32_t entry, SequencerFlow kind, std::uint32_t route, bool valid = true) {
    const std::uint32_t base = reg::flow_table + entry * model::sequencer_flow_bytes;
    settings.write(base + 4, 10 * entry);
    settings.write(base + 8, 10);
    settings.write(
        base, (valid ? model::sequencer_flow_valid : 0U) | static_cast<std::uint32_t>(kind) << 16 | route);
  };
  write(0, SequencerFlow::delta, 5);
  write(3, SequencerFlow::input, 9);
  write(2, SequencerFlow::input, 8);
  write(4, SequencerFlow::input, 7, false);
  write(model::sequencer_flow_entries - 1, SequencerFlow::input, 6);
  const auto inputs = settings.flows(SequencerFlow::input);
  ASSERT_EQ(inputs.size(), 3U);
  EXPECT_EQ(inputs[0].route, 8);
  EXPECT_EQ(inputs[0].first, 20U);
  EXPECT_EQ(inputs[1].route, 9);
  EXPECT_EQ(inputs[2].route, 6);
  EXPECT_EQ(settings.flows(SequencerFlow::output).size(), 0U);
  EXPECT_EQ(settings.flows(SequencerFlow::delta).size(), 1U);
}

}  // namespace
