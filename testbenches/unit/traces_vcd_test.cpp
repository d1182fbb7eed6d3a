#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>

#include "foundation/error.h"
#include "traces/vcd_reader.h"
#include "traces/vcd_writer.h"

namespace {

using namespace kirchhoff;
using foundation::Duration;
using foundation::TraceSink;
using traces::VcdWriter;
using Kind = TraceSink::Kind;

class VcdTest : public testing::Test {
 protected:
  std::filesystem::path path_ =
      std::filesystem::temp_directory_path() / ("kirchhoff_vcd_" + std::to_string(::getpid()) + ".vcd");
  void TearDown() override { std::filesystem::remove(path_); }
};

TEST_F(VcdTest, ReadsBackWhatWasWritten) {
  VcdWriter writer{path_, 10};
  const auto state = writer.declare("chip.tile_0_0", "state", Kind::text, 1);
  const auto irq = writer.declare("chip.host", "irq", Kind::bit, 1);
  const auto count = writer.declare("chip.tile_0_0", "count", Kind::vector, 40);
  const auto weight = writer.declare("chip.tile_0_0.synapse", "weight", Kind::real, 1);
  writer.text(state, Duration{100}, "READ");
  writer.text(state, Duration{200}, "IDLE");
  writer.bits(irq, Duration{150}, 1);
  writer.bits(count, Duration{150}, (std::uint64_t{1} << 35) + 5);
  writer.real(weight, Duration{150}, -0.1);
  writer.close();
  const auto vcd = traces::read_vcd(path_);
  EXPECT_EQ(vcd.signals.size(), 4U);
  EXPECT_EQ(vcd.value_at("chip.tile_0_0.state", Duration{99}), "IDLE");
  EXPECT_EQ(vcd.value_at("chip.tile_0_0.state", Duration{100}), "READ");
  EXPECT_EQ(vcd.value_at("chip.tile_0_0.state", Duration{200}), "IDLE");
  EXPECT_EQ(vcd.value_at("chip.host.irq", Duration{149}), "0");
  EXPECT_EQ(vcd.value_at("chip.host.irq", Duration{150}), "1");
  EXPECT_EQ(vcd.value_at("chip.tile_0_0.count", Duration{150}), "100000000000000000000000000000000101");
  EXPECT_EQ(std::stod(std::string{vcd.value_at("chip.tile_0_0.synapse.weight", Duration{150})}), -0.1);
}

TEST_F(VcdTest, SortsCallsThatRanAheadAndDropsWhatChangesNothing) {
  VcdWriter writer{path_, 10};
  const auto link = writer.declare("chip", "link", Kind::text, 1);
  // A packet at 20..30 is reported before the one at 10..20: the end of the second hides nothing.
  writer.text(link, Duration{20}, "B");
  writer.text(link, Duration{30}, "IDLE");
  writer.text(link, Duration{10}, "A");
  writer.text(link, Duration{20}, "IDLE");
  writer.settle(Duration{25});
  writer.text(link, Duration{40}, "IDLE");
  writer.close();
  const auto vcd = traces::read_vcd(path_);
  const auto& changes = vcd.signals.at("chip.link").changes;
  ASSERT_EQ(changes.size(), 4U);  // initial, A, B, idle
  EXPECT_EQ(changes[1].value, "A");
  EXPECT_EQ(changes[2].value, "B");
  EXPECT_EQ(changes[2].time, Duration{20});
  EXPECT_EQ(changes[3].time, Duration{30});
}

TEST_F(VcdTest, RandomChangesInRandomOrderGiveTheSameWaveform) {
  std::mt19937 random{7};
  VcdWriter writer{path_, 10};
  std::vector<TraceSink::Signal> signals;
  for (int s = 0; s < 120; ++s) {  // more than one character of identifier
    signals.push_back(
        writer.declare("top.m" + std::to_string(s % 7), "s" + std::to_string(s), Kind::vector, 16));
  }
  std::map<std::pair<int, int>, std::uint64_t> expected;
  for (int window = 0; window < 50; ++window) {
    for (int i = 0; i < 100; ++i) {
      const int s = static_cast<int>(random() % signals.size());
      const int time = window * 100 + static_cast<int>(random() % 100);
      const std::uint64_t value = random() % 65536;
      writer.bits(signals[static_cast<std::size_t>(s)], Duration{time}, value);
      expected[{s, time}] = value;
    }
    writer.settle(Duration{(window + 1) * 100});
  }
  writer.close();
  const auto vcd = traces::read_vcd(path_);
  for (const auto& [key, value] : expected) {
    const auto [s, time] = key;
    const std::string path = "top.m" + std::to_string(s % 7) + ".s" + std::to_string(s);
    EXPECT_EQ(std::stoull(std::string{vcd.value_at(path, Duration{time})}, nullptr, 2), value);
  }
}

TEST_F(VcdTest, SameCallsGiveTheSameFile) {
  const auto write = [&] {
    VcdWriter writer{path_, 1};
    const auto signal = writer.declare("a", "b", Kind::real, 1);
    writer.real(signal, Duration{5}, 1.0 / 3);
    writer.close();
    std::ifstream file{path_};
    return std::string{std::istreambuf_iterator<char>{file}, {}};
  };
  EXPECT_EQ(write(), write());
}

TEST_F(VcdTest, WindowCountsExamples) {
  VcdWriter writer{path_, 2};
  EXPECT_TRUE(writer.states_wanted());
  writer.example_finished();
  EXPECT_TRUE(writer.states_wanted());
  writer.example_finished();
  EXPECT_FALSE(writer.states_wanted());
}

TEST_F(VcdTest, WithoutCloseThereIsNoFile) {
  { VcdWriter writer{path_, 2}; }
  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(VcdTest, LateDeclarationIsOurError) {
  VcdWriter writer{path_, 2};
  writer.declare("a", "b", Kind::bit, 1);
  writer.settle(Duration{1});
  EXPECT_THROW(writer.declare("a", "c", Kind::bit, 1), foundation::ModelError);
}

TEST_F(VcdTest, ReaderRefusesDamage) {
  const std::string head =
      "$timescale 1 ps $end\n$scope module a $end\n$var wire 1 ! b $end\n$upscope $end\n";
  const auto refused = [&](const std::string& text, const std::string& part) {
    std::ofstream{path_} << text;
    try {
      traces::read_vcd(path_);
      ADD_FAILURE() << "accepted: " << text;
    } catch (const foundation::InputError& error) {
      EXPECT_NE(std::string{error.what()}.find(part), std::string::npos) << error.what();
    }
  };
  refused(head, "enddefinitions");
  refused(head + "$enddefinitions $end\n#10\n1!\n#5\n", ":8:");
  refused(head + "$enddefinitions $end\n1?\n", "unknown identifier");
  refused(head + "$enddefinitions $end\nr0.5 !\n", "another type");
  refused("$scope module a $end\n$enddefinitions $end\n", "open");
  refused("$upscope $end\n", "without");
}

}  // namespace
