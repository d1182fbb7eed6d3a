#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <random>
#include <set>
#include <sstream>

#include "model/chip/descriptor_check.h"
#include "testbenches/system/firmware_bench.h"

// A host that has lost its mind: random register accesses and descriptors, half of them near to valid ones.
// The chip must neither crash nor hang, and no weight may change that no valid descriptor addressed.
namespace {

using namespace kirchhoff;
using namespace kirchhoff::testbenches;
namespace mr = model;
using interconnect::NodeId;
using model::Descriptor;
using model::DescriptorOperation;

/// Register accesses and descriptors of a case; KIRCHHOFF_FUZZ_OPERATIONS says otherwise.
std::uint64_t operations(std::uint64_t usual) {
  const char* text = std::getenv("KIRCHHOFF_FUZZ_OPERATIONS");
  return text == nullptr ? usual : std::strtoull(text, nullptr, 10);
}

class Fuzzer {
 public:
  static constexpr std::uint32_t inputs = 40;
  static constexpr std::uint32_t classes = 10;
  static constexpr std::uint32_t examples = 64;

  Fuzzer(FirmwareBench& bench, FirmwareHost& host, std::uint64_t seed)
      : bench_(bench),
        host_(host),
        random_(seed),
        nodes_(bench.description.topology.node_count()),
        rows_(bench.description.tile.rows),
        columns_(bench.description.tile.columns) {}

  void run(std::uint64_t count) {
    set_up();
    while (done_ < count && !testing::Test::HasFailure()) {
      round();
    }
    expect_it_trains();
    std::printf(
        "%llu register accesses and descriptors in %llu rounds, %llu descriptors fetched (%llu valid), "
        "%llu refused accesses, %llu aborts, %llu soft resets, %llu examples, %.3f s simulated\n",
        u(done_), u(rounds_), u(fetched_), u(valid_), u(refused_), u(aborts_), u(resets_),
        u(bench_.ledger.counters().training_examples + bench_.ledger.counters().inference_examples),
        sc_core::sc_time_stamp().to_seconds());
  }

 private:
  static unsigned long long u(std::uint64_t value) { return value; }
  std::uint64_t below(std::uint64_t end) { return random_() % end; }
  bool one_in(std::uint64_t n) { return below(n) == 0; }

  // ---- the valid part -------------------------------------------------------------------------------

  void set_up() {
    input_bytes_.resize(examples * inputs);
    for (auto& byte : input_bytes_) {
      byte = static_cast<std::uint8_t>(below(256));
    }
    for (std::uint32_t i = 0; i < examples; ++i) {
      labels_.push_back(static_cast<std::uint16_t>(below(classes)));
    }
    for (std::size_t i = 0; i < rows_ * columns_; ++i) {
      weights_.push_back(static_cast<float>(below(2001)) / 2000.0F - 0.5F);
    }
    for (const auto& write : bench_.program(0.1)) {
      program_.push_back({static_cast<std::uint32_t>(write.address), write.value});
    }
    inputs_at_ = host_.memory.attach(input_bytes_);
    labels_at_ = host_.memory.attach(labels_);
    weights_at_ = host_.memory.attach(weights_);
    program_at_ = host_.memory.attach(std::as_bytes(std::span{program_}));
    scratch_at_ = host_.memory.allocate(scratch_bytes);
    host_.make_ring(64);
    host_.on_fetch = [this](const Descriptor& descriptor) { note_fetch(descriptor); };
    allow_nothing();
    write_program();
    seen_ = bench_.weights(host_);
  }
  void write_program() {
    for (const auto& entry : program_) {
      put(entry.address, entry.value);
    }
  }
  void expect_it_trains() {
    host_.set_host(mr::host_register::control, mr::control_run | mr::control_soft_reset);
    ++resets_;
    ASSERT_TRUE(host_.wait_idle(kPatience));
    host_.set_ring();
    write_program();
    auto train = examples_of(DescriptorOperation::train);
    train.count = examples;
    const auto record = host_.run_one(train);
    EXPECT_EQ(record.completion.error, 0U) << "cause " << record.cause;
    EXPECT_EQ(record.completion.count, examples);
  }

  [[nodiscard]] Descriptor examples_of(DescriptorOperation operation) {
    Descriptor d;
    d.operation = static_cast<std::uint32_t>(operation);
    d.count = static_cast<std::uint32_t>(1 + below(6));
    d.input_address = inputs_at_;
    d.label_address = labels_at_;
    d.stride = inputs;
    return d;
  }
  Descriptor valid_descriptor() {
    Descriptor d;
    const auto operation = static_cast<DescriptorOperation>(below(8));
    switch (operation) {
      case DescriptorOperation::train:
      case DescriptorOperation::infer:
        d = examples_of(operation);
        if (one_in(3)) {
          d.output_address = scratch_at_;
        }
        if (one_in(4)) {
          d.order_address = fill_scratch<std::uint32_t>(d.count, [&] { return below(examples); });
          d.columns = examples;
        }
        break;
      case DescriptorOperation::program_weights:
      case DescriptorOperation::read_weights: {
        const auto& tile = bench_.mapping.tiles[below(bench_.mapping.tiles.size())];
        d.node = tile.node;
        d.columns = static_cast<std::uint32_t>(tile.columns);
        d.count = static_cast<std::uint32_t>(1 + below(tile.rows()));
        d.stride = 4 * d.columns;
        d.input_address = weights_at_;
        d.output_address = scratch_at_;
        break;
      }
      case DescriptorOperation::configure:
        d.count = static_cast<std::uint32_t>(1 + below(program_.size()));
        d.input_address = program_at_;
        break;
      case DescriptorOperation::self_test:
        d.node = static_cast<std::uint32_t>(below(nodes_));
        d.columns = static_cast<std::uint32_t>(columns_);
        break;
      case DescriptorOperation::nothing:
      case DescriptorOperation::transfer:
        break;
    }
    d.operation = static_cast<std::uint32_t>(operation);
    if (operation == DescriptorOperation::self_test && one_in(2)) {
      const auto& tile = bench_.mapping.tiles[below(bench_.mapping.tiles.size())];
      d.operation |= mr::descriptor_cells;
      d.node = tile.node;
      d.columns = static_cast<std::uint32_t>(tile.columns);
      d.count = static_cast<std::uint32_t>(below(tile.rows()));
    }
    d.operation |= (one_in(4) ? std::uint32_t{mr::descriptor_interrupt} : 0U) |
                   (one_in(4) ? std::uint32_t{mr::descriptor_long_record} : 0U);
    d.tag = static_cast<std::uint32_t>(random_());
    if (one_in(4)) {
      add_segments(d);
    }
    return d;
  }
  /// Writes values into the scratch region; returns where.
  template <typename T, typename Draw>
  std::uint64_t fill_scratch(std::size_t count, const Draw& draw) {
    const std::uint64_t at = scratch_at_ + 8 * below(scratch_bytes / 16);
    const auto bytes = host_.memory.writable(at, count * sizeof(T));
    for (std::size_t i = 0; i < count; ++i) {
      const T value = static_cast<T>(draw());
      std::memcpy(bytes.data() + i * sizeof value, &value, sizeof value);
    }
    return at;
  }
  void add_segments(Descriptor& d) {
    const auto operation = d.kind();
    const bool reads = operation == DescriptorOperation::read_weights;
    if (operation == DescriptorOperation::nothing || operation == DescriptorOperation::transfer ||
        operation == DescriptorOperation::self_test) {
      return;
    }
    d.operation |= mr::descriptor_segments;
    std::uint64_t& address = reads ? d.output_address : d.input_address;
    std::vector<mr::Segment> list;
    std::uint64_t at = address;
    for (std::uint64_t i = 1 + below(4); i > 0; --i) {
      list.push_back({at, static_cast<std::uint32_t>(i == 1 ? 2000 : 1 + below(100)), 0});
      at += list.back().bytes;
    }
    list.back().flags = mr::segment_last;
    if (one_in(8)) {
      list[below(list.size())].flags = static_cast<std::uint32_t>(below(4));
    }
    address = scratch_at_ + 8 * below(scratch_bytes / 16);
    const std::size_t bytes = list.size() * sizeof(mr::Segment);
    std::memcpy(host_.memory.writable(address, bytes).data(), list.data(), bytes);
  }

  // ---- the mad part ---------------------------------------------------------------------------------

  std::uint32_t odd_value() {
    static constexpr std::array<std::uint32_t, 14> interesting{
        0,           1,           2,           7,      8,           63,          64,
        0x7fff'ffff, 0x8000'0000, 0xffff'ffff, 0xffff, 0x7f80'0000, 0x7fc0'0000, 0x3f80'0000};
    switch (below(4)) {
      case 0:
        return interesting[below(interesting.size())];
      case 1:
        return static_cast<std::uint32_t>(below(64));
      case 2:
        return 1U << below(32);
      default:
        return static_cast<std::uint32_t>(random_());
    }
  }
  void mutate(Descriptor& descriptor) {
    auto bytes = std::as_writable_bytes(std::span{&descriptor, 1});
    for (std::uint64_t i = 1 + below(3); i > 0; --i) {
      const std::size_t word = 4 * below(sizeof descriptor / 4);
      std::uint32_t value = 0;
      std::memcpy(&value, bytes.data() + word, sizeof value);
      value = one_in(2) ? odd_value() : value ^ (1U << below(32));
      std::memcpy(bytes.data() + word, &value, sizeof value);
    }
  }
  std::uint64_t odd_address() {
    const auto& window = mr::register_map[below(mr::register_map.size())];
    std::uint64_t base =
        window.base + (window.stride != 0 ? window.stride * below(nodes_ + (one_in(8) ? 3 : 0)) : 0);
    if (one_in(16)) {
      base ^= std::uint64_t{1} << below(64);
    }
    if (one_in(16)) {
      return base + below(0x10000);
    }
    if (!window.tables.empty() && (window.registers.empty() || one_in(2))) {
      const auto& table = window.tables[below(window.tables.size())];
      return base + table.offset + table.entry_bytes * below(40) + 4 * below(table.entry_bytes / 4);
    }
    return base + window.registers[below(window.registers.size())].offset;
  }
  void put(std::uint64_t address, std::uint32_t value) {
    ++done_;
    // A tile that may become enabled in this round may learn in it.
    if (address >= interconnect::node_window_base && !interconnect::is_cell_address(address) &&
        (value & tiles::control_enable) != 0) {
      const auto node = interconnect::node_of_address(address);
      if (node < nodes_ && address % interconnect::node_window_bytes == 0) {
        enabled_[node] = true;
      }
    }
    refused_ += host_.put(address, value).ok() ? 0 : 1;
  }
  void odd_access() {
    const std::uint64_t address = odd_address();
    if (one_in(3)) {
      ++done_;
      refused_ += host_.get(address).ok() ? 0 : 1;
    } else if (one_in(20)) {
      ++done_;
      const auto command = one_in(3)   ? tlm::TLM_IGNORE_COMMAND
                           : one_in(2) ? tlm::TLM_READ_COMMAND
                                       : tlm::TLM_WRITE_COMMAND;
      refused_ += host_.transport(command, address, odd_value(),
                                  one_in(2) ? 4U : static_cast<unsigned>(below(17)), one_in(2))
                              .status == tlm::TLM_OK_RESPONSE
                      ? 0
                      : 1;
    } else {
      put(address, odd_value());
    }
  }

  void round() {
    ++rounds_;
    if (one_in(4)) {
      write_program();
    }
    for (std::uint64_t i = below(12); i > 0; --i) {
      odd_access();
    }
    host_.set_ring();
    for (std::uint64_t i = below(24); i > 0; --i) {
      auto descriptor = valid_descriptor();
      if (one_in(2)) {
        mutate(descriptor);
      }
      ++done_;
      one_in(3) ? host_.push_as_it_is(descriptor) : host_.push(descriptor);
    }
    host_.ring_doorbell();
    for (std::uint64_t i = below(6); i > 0; --i) {
      host_.sleep(foundation::Duration{static_cast<std::int64_t>(below(20'000'000))});
      odd_access();
    }
    if (one_in(30)) {
      ++resets_;
      host_.set_host(mr::host_register::control, mr::control_run | mr::control_soft_reset);
    }
    come_to_rest();
    compare();
  }

  /// With the descriptors done, or given up.
  void come_to_rest() {
    host_.set_host(mr::host_register::control, mr::control_run);
    if (!host_.wait_idle(kPatience)) {
      ++aborts_;
      host_.set_host(mr::host_register::control, mr::control_run | mr::control_abort);
      ASSERT_TRUE(host_.wait_idle(kLongest)) << "hangs in round " << rounds_ << " with " << last_fetched();
    }
    // Nodes that the host has cut itself off from: a soft reset brings their routers back.
    bool all_here = true;
    for (NodeId node = 0; node < nodes_; ++node) {
      all_here &= host_.peek32(interconnect::node_register_address(node, 0)).has_value();
    }
    if (!all_here) {
      ++resets_;
      host_.set_host(mr::host_register::control, mr::control_run | mr::control_soft_reset);
      ASSERT_TRUE(host_.wait_idle(kPatience));
    }
    host_.set_host(mr::host_register::error_status, ~0U);
    host_.set_host(mr::host_register::interrupt_status, ~0U);
  }

  // ---- what may change ------------------------------------------------------------------------------

  void allow_nothing() {
    allowed_rows_.assign(nodes_, {});
    learns_ = false;
    enabled_.assign(nodes_, false);
    for (NodeId node = 0; node < nodes_; ++node) {
      enabled_[node] = (control_of(node) & tiles::control_enable) != 0;
    }
  }
  std::uint32_t control_of(NodeId node) {
    return host_.peek32(interconnect::node_register_address(node, 0)).value_or(tiles::control_enable);
  }
  std::string last_fetched() {
    std::ostringstream text;
    text << std::hex << "operation " << last_.operation << " count " << last_.count << " node " << last_.node
         << " input " << last_.input_address << " label " << last_.label_address << " order "
         << last_.order_address << " output " << last_.output_address << " stride " << last_.stride
         << " columns " << last_.columns << ", status "
         << host_.peek32(mr::host_register::status).value_or(0);
    return text.str();
  }
  void note_fetch(const Descriptor& d) {
    ++fetched_;
    last_ = d;
    if (mr::check_descriptor(d, {nodes_, rows_, columns_}).any()) {
      return;
    }
    ++valid_;
    const bool physics = bench_.description.tile.detail == tiles::Detail::physics;
    switch (d.kind()) {
      case DescriptorOperation::program_weights:
        for (std::uint32_t row = 0; row < d.count; ++row) {
          allowed_rows_[d.node].insert(row);
        }
        break;
      case DescriptorOperation::self_test:
        if (d.has(mr::descriptor_cells)) {
          allowed_rows_[d.node].insert(d.count);
        }
        break;
      case DescriptorOperation::train:
        learns_ = true;
        break;
      case DescriptorOperation::configure:
      case DescriptorOperation::nothing:
      case DescriptorOperation::infer:
      case DescriptorOperation::read_weights:
      case DescriptorOperation::transfer:
        break;
    }
    learns_ |= physics;  // every operation brings charge and drift of a tile up to date
    for (NodeId node = 0; node < nodes_; ++node) {
      enabled_[node] = enabled_[node] || (control_of(node) & tiles::control_enable) != 0;
    }
  }
  void compare() {
    const auto now = bench_.weights(host_);
    for (NodeId node = 0; node < nodes_; ++node) {
      enabled_[node] = enabled_[node] || (control_of(node) & tiles::control_enable) != 0;
      if (learns_ && enabled_[node]) {
        continue;
      }
      for (std::size_t row = 0; row < rows_; ++row) {
        const std::size_t first = (node * rows_ + row) * columns_;
        if (allowed_rows_[node].count(static_cast<std::uint32_t>(row)) == 0) {
          ASSERT_EQ(std::memcmp(now.data() + first, seen_.data() + first, columns_ * sizeof(float)), 0)
              << "node " << node << ", row " << row << " changed in round " << rounds_;
        }
      }
    }
    seen_ = now;
    allow_nothing();
  }

  static constexpr int kPatience = 2000;  ///< looks of 10 us, until the descriptors are given up
  /// The same until the example or transfer in hand must be over: routes that lead transfers from tile to
  /// tile make one of hundreds.
  static constexpr int kLongest = 1'000'000;
  static constexpr std::size_t scratch_bytes = 1U << 14;

  FirmwareBench& bench_;
  FirmwareHost& host_;
  std::mt19937_64 random_;
  std::uint32_t nodes_;
  std::size_t rows_;
  std::size_t columns_;
  std::vector<std::uint8_t> input_bytes_;
  std::vector<std::uint16_t> labels_;
  std::vector<float> weights_;
  std::vector<mr::RegisterEntry> program_;
  std::uint64_t inputs_at_ = 0;
  std::uint64_t labels_at_ = 0;
  std::uint64_t weights_at_ = 0;
  std::uint64_t program_at_ = 0;
  std::uint64_t scratch_at_ = 0;
  std::vector<float> seen_;
  std::vector<std::set<std::uint32_t>> allowed_rows_;
  std::vector<bool> enabled_;  ///< at some time of the round
  bool learns_ = false;
  Descriptor last_;
  std::uint64_t done_ = 0;
  std::uint64_t rounds_ = 0;
  std::uint64_t fetched_ = 0;
  std::uint64_t valid_ = 0;
  std::uint64_t refused_ = 0;
  std::uint64_t aborts_ = 0;
  std::uint64_t resets_ = 0;
};

class Fuzz : public testing::TestWithParam<int> {
 protected:
  static void run(tiles::Detail detail, std::uint64_t seed, std::uint64_t usual) {
    FirmwareBench bench{{"chip.mesh_rows=3", "chip.mesh_columns=3", "chip.tile_rows=24",
                         "chip.tile_columns=12", "network.image_hidden=[16]", "mesh.route_entries=64",
                         "mesh.flow_entries=32", "chip.quantum=5us", "chip.examples_in_flight=3"},
                        detail};
    sc_core::sc_report_handler::set_actions("/kirchhoff/tile", sc_core::SC_DO_NOTHING);
    sc_core::sc_report_handler::set_actions("/kirchhoff/router", sc_core::SC_DO_NOTHING);
    bench.map(Fuzzer::inputs, Fuzzer::classes, true);
    bench.run([&](FirmwareHost& host) { Fuzzer{bench, host, seed}.run(operations(usual)); });
  }
};

TEST_P(Fuzz, WeightsThatNoValidDescriptorAddressedStay) {
  run(tiles::Detail::ideal, 1000 + static_cast<std::uint64_t>(GetParam()), 30'000);
}

TEST_P(Fuzz, PhysicsNeitherCrashesNorHangs) {
  run(tiles::Detail::physics, 2000 + static_cast<std::uint64_t>(GetParam()), 10'000);
}

INSTANTIATE_TEST_SUITE_P(Seeds, Fuzz, testing::Values(1, 2, 3));

}  // namespace
