#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
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
using testing::ElementsAre;
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

/// Values of a signal as "time=value", the initial one first.
std::vector<std::string> changes(const traces::Vcd& vcd, const std::string& path) {
  std::vector<std::string> texts;
  for (const auto& change : vcd.signals.at(path).changes) {
    texts.push_back(std::to_string(change.time.count()) + "=" + change.value);
  }
  return texts;
}

TEST_F(VcdTest, PartHasStateBusyAndQueue) {
  VcdWriter writer{path_, 10};
  const auto link = writer.declare_part("chip.router_0_0.east");
  // The packet at 20 waits from 12 on; the one before it is told of later.
  writer.served(link, Duration{12}, Duration{20}, Duration{30}, "DELTA");
  writer.served(link, Duration{10}, Duration{10}, Duration{20}, "DONE");
  writer.queued(link, Duration{50}, 3);
  writer.queued(link, Duration{60}, -3);
  writer.busy(link, Duration{60}, Duration{70}, "DONE");
  writer.close();
  const auto vcd = traces::read_vcd(path_);
  EXPECT_THAT(changes(vcd, "chip.router_0_0.east.state"),
              ElementsAre("0=IDLE", "10=DONE", "20=DELTA", "30=IDLE", "60=DONE", "70=IDLE"));
  EXPECT_THAT(changes(vcd, "chip.router_0_0.east.busy"), ElementsAre("0=0", "10=1", "30=0", "60=1", "70=0"));
  EXPECT_THAT(changes(vcd, "chip.router_0_0.east.queue"),
              ElementsAre("0=0", "10=1", "12=10", "20=1", "30=0", "50=11", "60=0"));
}

TEST_F(VcdTest, OrderOfCallsWithinASettlementMakesNoDifference) {
  struct Passage {
    std::size_t part;
    int ready, begin, end;
  };
  std::mt19937 random{11};
  std::vector<Passage> passages;
  std::array<int, 9> free{};
  for (int i = 0; i < 3000; ++i) {  // more than are sorted by comparing
    const std::size_t part = random() % free.size();
    const int ready = free[part] - static_cast<int>(random() % 5);
    const int begin = free[part] + static_cast<int>(random() % 2) * static_cast<int>(random() % 900);
    const int end = begin + 1 + static_cast<int>(random() % 100000);
    passages.push_back({part, std::max(0, ready), begin, end});
    free[part] = end;
  }
  const auto file_of = [&] {
    VcdWriter writer{path_, 1};
    std::vector<TraceSink::Signal> parts;
    for (std::size_t part = 0; part < free.size(); ++part) {
      parts.push_back(writer.declare_part("chip.part_" + std::to_string(part)));
    }
    for (const auto& passage : passages) {
      writer.served(parts[passage.part], Duration{passage.ready}, Duration{passage.begin},
                    Duration{passage.end}, passage.part % 2 == 0 ? "EVEN" : "ODD");
    }
    writer.close();
    std::ifstream file{path_};
    return std::string{std::istreambuf_iterator<char>{file}, {}};
  };
  const auto first = file_of();
  std::shuffle(passages.begin(), passages.end(), random);
  EXPECT_EQ(file_of(), first);
  const auto vcd = traces::read_vcd(path_);
  EXPECT_EQ(vcd.signals.at("chip.part_0.queue").changes.back().value, "0");
  EXPECT_EQ(vcd.signals.at("chip.part_0.busy").changes.back().value, "0");
  EXPECT_GT(vcd.signals.at("chip.part_0.state").changes.size(), 300U);
}

TEST_F(VcdTest, ChosenSignalsOnly) {
  VcdWriter writer{path_, traces::Recording{.signals = {"chip.tile_*.state", "*.queue", "!*_1.*"}}};
  const auto first = writer.declare_part("chip.tile_0_0");
  const auto second = writer.declare_part("chip.tile_0_1");
  const auto router = writer.declare_part("chip.router_0_0.east");
  EXPECT_EQ(second, TraceSink::unheard);
  EXPECT_EQ(writer.declare("chip.tile_0_0.synapse", "weight", Kind::real, 1), TraceSink::unheard);
  writer.end_of_declarations();
  for (const auto part : {first, second, router}) {
    writer.served(part, Duration{10}, Duration{10}, Duration{20}, "READ");
    writer.text(part, Duration{20}, "UPDATE");
  }
  writer.real(TraceSink::unheard, Duration{20}, 1.5);
  writer.bits(TraceSink::unheard, Duration{20}, 1);
  writer.close();
  const auto vcd = traces::read_vcd(path_);
  std::vector<std::string> names;
  for (const auto& [name, signal] : vcd.signals) {
    names.push_back(name);
  }
  EXPECT_THAT(names, ElementsAre("chip.router_0_0.east.queue", "chip.tile_0_0.queue", "chip.tile_0_0.state"));
  EXPECT_THAT(changes(vcd, "chip.tile_0_0.state"), ElementsAre("0=IDLE", "10=READ", "20=UPDATE"));
  EXPECT_THAT(changes(vcd, "chip.router_0_0.east.queue"), ElementsAre("0=0", "10=1", "20=0"));
}

TEST_F(VcdTest, PatternThatMatchesNothingIsRefused) {
  VcdWriter writer{path_, traces::Recording{.signals = {"chip.*", "!chip.tyle_*"}}};
  writer.declare_part("chip.tile_0_0");
  try {
    writer.end_of_declarations();
    ADD_FAILURE() << "accepted";
  } catch (const foundation::InputError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("'!chip.tyle_*' matches none of the 3 signals"));
    EXPECT_THAT(error.what(), testing::HasSubstr("chip.tile_0_0.state"));
  }
}

TEST_F(VcdTest, TimeWindowShowsWhatIsOnAtItsBegin) {
  VcdWriter writer{path_, traces::Recording{.begin = Duration{100}, .end = Duration{200}, .signals = {}}};
  const auto tile = writer.declare_part("chip.tile_0_0");
  const auto weight = writer.declare("chip.tile_0_0.synapse", "weight", Kind::real, 1);
  writer.busy(tile, Duration{50}, Duration{150}, "TRANSFER");
  writer.busy(tile, Duration{10}, Duration{20}, "READ");  // told of later, and long over
  writer.queued(tile, Duration{30}, 2);
  writer.real(weight, Duration{90}, 0.5);
  writer.settle(Duration{60});  // nothing before the window is written
  writer.queued(tile, Duration{95}, 1);
  writer.queued(tile, Duration{120}, -3);
  writer.settle(Duration{140});
  EXPECT_TRUE(writer.states_wanted());
  writer.busy(tile, Duration{180}, Duration{250}, "UPDATE");
  writer.real(weight, Duration{201}, 0.75);
  writer.settle(Duration{300});
  EXPECT_FALSE(writer.states_wanted());
  writer.close();
  const auto vcd = traces::read_vcd(path_);
  EXPECT_THAT(changes(vcd, "chip.tile_0_0.state"), ElementsAre("100=TRANSFER", "150=IDLE", "180=UPDATE"));
  EXPECT_THAT(changes(vcd, "chip.tile_0_0.busy"), ElementsAre("100=1", "150=0", "180=1"));
  EXPECT_THAT(changes(vcd, "chip.tile_0_0.queue"), ElementsAre("100=11", "120=0"));
  EXPECT_THAT(changes(vcd, "chip.tile_0_0.synapse.weight"), ElementsAre("100=0.5"));
  EXPECT_EQ(vcd.end, Duration{200});
}

TEST_F(VcdTest, WantsSettlingWhenMuchIsKept) {
  VcdWriter writer{path_, 1};
  const auto part = writer.declare_part("chip.a");
  EXPECT_FALSE(writer.wants_settling());
  for (int i = 0; i < 5000; ++i) {
    writer.busy(part, Duration{10 * i}, Duration{10 * i + 5}, "READ");
  }
  EXPECT_TRUE(writer.wants_settling());
  writer.settle(Duration{60000});
  EXPECT_FALSE(writer.wants_settling());
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
