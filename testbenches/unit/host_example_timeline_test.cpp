#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "foundation/state_reader.h"
#include "foundation/state_writer.h"
#include "testbenches/host/example_timeline.h"

namespace kirchhoff::testbenches {
namespace {

using foundation::Duration;
using foundation::TraceSink;
using testing::ElementsAre;

constexpr Duration ns(std::int64_t count) {
  return Duration{count * 1000};
}

/// Keeps what it is told; wants states for one example.
class Recorder final : public TraceSink {
 public:
  Signal declare(std::string_view scope, std::string_view name, Kind /*kind*/, unsigned /*width*/) override {
    names.push_back(std::string{scope} + "." + std::string{name});
    return static_cast<Signal>(names.size() + 100);
  }
  Signal declare_part(std::string_view scope) override {
    names.emplace_back(scope);
    return static_cast<Signal>(names.size() + 100);
  }
  void settle(Duration /*time*/) override { heard.emplace_back("settle"); }
  void example_finished() override { ++examples; }
  [[nodiscard]] bool states_wanted() const override { return examples < 1; }

  std::vector<std::string> names;
  std::vector<std::string> heard;
  int examples = 0;

 private:
  void put_bits(Signal signal, Duration /*time*/, std::uint64_t value) override {
    heard.push_back(std::to_string(signal) + "=" + std::to_string(value));
  }
  void put_real(Signal signal, Duration /*time*/, double /*value*/) override {
    heard.push_back(std::to_string(signal) + " real");
  }
  void put_text(Signal signal, Duration /*time*/, std::string_view value) override {
    heard.push_back(std::to_string(signal) + "=" + std::string{value});
  }
  void put_busy(Signal part, Duration /*begin*/, Duration /*end*/, std::string_view state) override {
    heard.push_back(std::to_string(part) + " busy " + std::string{state});
  }
  void put_queued(Signal part, Duration /*time*/, int more) override {
    heard.push_back(std::to_string(part) + " queued " + std::to_string(more));
  }
};

/// A sequencer, a bus and a tile that tell the timeline what they do.
struct Bench {
  explicit Bench(TraceSink* next = nullptr, bool keeps_links = false)
      : timeline(next, keeps_links),
        interrupt(timeline.declare("chip.host_interface", "interrupt", TraceSink::Kind::bit, 1)),
        sequencer(timeline.declare_part("chip.sequencer")),
        link(timeline.declare_part("chip.router_0_0.east")),
        dma(timeline.declare_part("chip.host_interface.dma")),
        tile(timeline.declare_part("chip.tile_0_1")) {}

  void busy(TraceSink::Signal signal, const char* what, std::int64_t begin, std::int64_t end) {
    timeline.busy(signal, ns(begin), ns(end), what);
  }
  void example(std::int64_t at) {
    busy(dma, "READ", at, at + 10);
    timeline.text(sequencer, ns(at), "FORWARD");
    busy(link, "VECTOR", at, at + 1);
    busy(tile, "UPDATE", at + 80, at + 100);  // branches of a call tree come in any order
    busy(tile, "READ", at + 5, at + 40);
    busy(tile, "CONVERT", at + 20, at + 40);
    timeline.text(sequencer, ns(at + 50), "OUTPUT");
    timeline.text(sequencer, ns(at + 60), "BACKWARD");
  }
  void end_example(std::int64_t at) {
    timeline.settle(ns(at));
    timeline.example_finished();
  }

  ExampleTimeline timeline;
  TraceSink::Signal interrupt, sequencer, link, dma, tile;
};

std::vector<std::string> spans(const RunResult::Timeline::Track& track) {
  std::vector<std::string> texts;
  for (const auto& span : track.spans) {
    texts.push_back(span.what + " " + std::to_string(std::lround(span.begin_s * 1e9)) + ".." +
                    std::to_string(std::lround(span.end_s * 1e9)));
  }
  return texts;
}

void expect_example(const RunResult::Timeline& timeline) {
  EXPECT_EQ(timeline.example, 1U);
  EXPECT_NEAR(timeline.duration_s, 110e-9, 1e-15);
  ASSERT_EQ(timeline.tracks.size(), 3U);
  EXPECT_EQ(timeline.tracks[0].part, "sequencer");
  EXPECT_THAT(spans(timeline.tracks[0]), ElementsAre("forward 0..50", "output 50..60", "backward 60..110"));
  EXPECT_EQ(timeline.tracks[1].part, "dma");
  EXPECT_THAT(spans(timeline.tracks[1]), ElementsAre("read 0..10"));
  EXPECT_EQ(timeline.tracks[2].part, "tile_0_1");
  EXPECT_THAT(spans(timeline.tracks[2]), ElementsAre("read 5..20", "convert 20..40", "update 80..100"));
}

TEST(ExampleTimeline, KeepsTheFirstExampleOnly) {
  Bench bench;
  bench.timeline.text(bench.sequencer, ns(0), "PROGRAM");
  bench.busy(bench.tile, "PROGRAM", 1, 2);
  bench.timeline.text(bench.sequencer, ns(3), TraceSink::idle_state);
  EXPECT_TRUE(bench.timeline.timeline().tracks.empty());
  bench.example(1000);
  bench.end_example(1110);
  EXPECT_FALSE(bench.timeline.states_wanted());
  EXPECT_FALSE(bench.timeline.wants_settling());
  bench.example(1110);
  bench.end_example(1220);
  expect_example(bench.timeline.timeline());
}

TEST(ExampleTimeline, TransferAfterTheExampleIsNotPartOfIt) {
  Bench bench;
  bench.example(1000);
  bench.timeline.text(bench.sequencer, ns(1110), "TRANSFER");
  bench.busy(bench.tile, "TRANSFER", 1110, 9000);
  bench.end_example(9000);
  expect_example(bench.timeline.timeline());
}

TEST(ExampleTimeline, HandsEverythingOn) {
  Recorder recorder;
  Bench bench{&recorder};
  EXPECT_THAT(recorder.names,
              ElementsAre("chip.host_interface.interrupt", "chip.sequencer", "chip.router_0_0.east",
                          "chip.host_interface.dma", "chip.tile_0_1"));
  bench.timeline.bits(bench.interrupt, ns(1), 7);
  bench.timeline.real(bench.interrupt, ns(1), 0.5);
  bench.busy(bench.link, "DELTA", 2, 3);
  bench.timeline.queued(bench.tile, ns(3), 1);
  bench.timeline.served(bench.dma, ns(3), ns(4), ns(5), "READ");
  EXPECT_THAT(recorder.heard, ElementsAre("101=7", "101 real", "103 busy DELTA", "105 queued 1",
                                          "104 queued 1", "104 busy READ", "104 queued -1"));
  bench.example(1000);
  bench.end_example(1110);
  recorder.heard.clear();
  EXPECT_FALSE(bench.timeline.states_wanted());
  bench.example(1110);  // the other wants no more states either
  bench.end_example(1220);
  EXPECT_THAT(recorder.heard, ElementsAre("settle"));
  EXPECT_EQ(recorder.examples, 2);
}

TEST(ExampleTimeline, KeepsLinksWhereTheyAreWanted) {
  Bench bench{nullptr, true};
  EXPECT_EQ(bench.interrupt, TraceSink::unheard);
  bench.example(1000);
  EXPECT_FALSE(bench.timeline.limits());
  bench.end_example(1110);
  const auto timeline = bench.timeline.timeline();
  ASSERT_EQ(timeline.tracks.size(), 4U);
  EXPECT_EQ(timeline.tracks[1].part, "router_0_0.east");
  EXPECT_THAT(spans(timeline.tracks[1]), ElementsAre("vector 0..1"));
  ASSERT_TRUE(bench.timeline.limits());
  EXPECT_EQ(bench.timeline.limits()->begin, ns(1000));
  EXPECT_EQ(bench.timeline.limits()->end, ns(1110));
  EXPECT_EQ(Bench{}.link, TraceSink::unheard);
}

TEST(ExampleTimeline, SurvivesACheckpoint) {
  Bench before;
  before.example(1000);
  before.end_example(1110);
  foundation::StateWriter writer;
  writer.section("timeline", 1);
  writer(before.timeline);
  Bench after;
  foundation::StateReader reader{writer.finish(), "test"};
  reader.section("timeline", 1);
  reader(after.timeline);
  after.example(5000);
  after.end_example(5110);
  expect_example(after.timeline.timeline());
}

}  // namespace
}  // namespace kirchhoff::testbenches
