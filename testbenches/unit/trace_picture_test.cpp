#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

#include "testbenches/trace/example_picture.h"
#include "testbenches/trace/gtkwave_save.h"
#include "testbenches/trace/packet_keeper.h"
#include "testbenches/trace/svg.h"

namespace kirchhoff::testbenches {
namespace {

using foundation::Duration;
using foundation::Phase;
using foundation::Transaction;
using testing::HasSubstr;
using testing::Not;
using Kind = foundation::TraceSink::Kind;

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++found;
  }
  return found;
}

TEST(Svg, TextCannotBecomeMarkup) {
  Svg svg;
  svg.text(1, 2, "a < b & \"c\"", {});
  svg.rectangle(1, 2, 3.456, 4, "#fff");
  svg.title("x > y");
  const auto file = svg.file(10, 20, "<t>");
  EXPECT_THAT(file, HasSubstr(">a &lt; b &amp; &quot;c&quot;</text>"));
  EXPECT_THAT(file, HasSubstr("width=\"3.46\" height=\"4\" fill=\"#fff\"><title>x &gt; y</title></rect>"));
  EXPECT_THAT(file, HasSubstr("<title>&lt;t&gt;</title>"));
  EXPECT_EQ(count(file, "<svg"), 1U);
  EXPECT_EQ(count(file, "</svg>"), 1U);
}

/// Two layers of one tile each, an example of 1 us.
ExampleScene small_scene() {
  ExampleScene scene;
  scene.title = "A & B";
  scene.begin = Duration{5'000'000};
  scene.timeline.example = 1;
  scene.timeline.duration_s = 1e-6;
  scene.timeline.tracks = {
      {"sequencer", {{"forward", 0, 5e-7}, {"output", 5e-7, 5.2e-7}, {"backward", 5.2e-7, 1e-6}}},
      {"dma", {{"read", 0, 1e-7}}},
      {"tile_0_0", {{"read", 1e-7, 2e-7}, {"convert", 2e-7, 3e-7}, {"update", 8e-7, 9e-7}}},
      {"tile_0_1", {{"read", 3.5e-7, 4e-7}, {"transposed", 6e-7, 7e-7}}},
      {"router_0_0.east", {{"delta", 5.5e-7, 5.6e-7}}},
      {"router_0_0.local", {{"delta", 5.5e-7, 5.7e-7}}}};
  const auto packet = [&](std::string from, std::string to, std::string_view kind, Phase phase,
                          std::int64_t begin, std::int64_t end) {
    scene.packets.push_back({std::move(from), std::move(to), kind, phase, scene.begin + Duration{begin},
                             scene.begin + Duration{end}});
  };
  packet("sequencer", "tile_0_0", "ACTIVATION", Phase::forward, 0, 100'000);
  packet("tile_0_0", "tile_0_1", "ACTIVATION", Phase::forward, 300'000, 350'000);
  packet("tile_0_1", "sequencer", "LAYER_OUTPUT", Phase::forward, 450'000, 500'000);
  packet("sequencer", "tile_0_1", "DELTA", Phase::backward, 520'000, 600'000);
  packet("tile_0_1", "sequencer", "DONE", Phase::update, 900'000, 950'000);
  packet("sequencer", "tile_0_0", "ACTIVATION", Phase::forward, 1'000'000, 1'100'000);  // of the next example
  scene.layers = {{"Layer 1: 4 -> 3", {"tile_0_0"}}, {"Layer 2: 3 -> 2", {"tile_0_1"}}};
  return scene;
}

TEST(ExamplePicture, ShowsEveryPartAndLegendOfWhatOccurs) {
  const auto picture = example_picture(small_scene());
  for (const char* part :
       {">A &amp; B<", ">sequencer<", ">host bus (DMA)<", ">sequencer \u2013 layer 1<",
        ">layer 1 \u2013 layer 2<", ">layer 2 \u2013 sequencer<", ">completions to sequencer<",
        ">busy links of 2<", ">tile 0,0<", ">tile 0,1<", "Layer 1: 4 -&gt; 3, 1 tile", ">update<",
        ">integrate, transposed<", ">busy 30 %<", ">busy 15 %<"}) {
    EXPECT_THAT(picture, HasSubstr(part));
  }
  EXPECT_THAT(picture, Not(HasSubstr(">transfer<")));  // nothing of it happens
  EXPECT_THAT(picture, HasSubstr("tile_0_0: update, 800 ns to 900 ns"));
  EXPECT_THAT(picture, HasSubstr(">time, ns<"));
}

TEST(ExamplePicture, LongExamplesAreInMicrosecondsAndManyTilesFit) {
  auto scene = small_scene();
  scene.timeline.duration_s = 50e-6;
  for (int tile = 0; tile < 4000; ++tile) {
    scene.layers[0].tiles.push_back("tile_9_" + std::to_string(tile));
  }
  const auto picture = example_picture(scene);
  EXPECT_THAT(picture, HasSubstr(">time, us<"));
  EXPECT_THAT(picture, HasSubstr(">4001 tiles<"));
  const auto height = picture.substr(picture.find("height=\"") + 8);
  EXPECT_LT(std::stod(height), 6000);
}

TEST(ExamplePicture, IsTheSameEveryTime) {
  EXPECT_EQ(example_picture(small_scene()), example_picture(small_scene()));
}

TEST(GtkwaveSave, NamesRecordedSignalsInClosedGroups) {
  const std::vector<traces::VcdWriter::Entry> signals{{"chip.host_interface.dma.state", Kind::text, 1},
                                                      {"chip.host_interface.dma.busy", Kind::bit, 1},
                                                      {"chip.sequencer.queue", Kind::vector, 16},
                                                      {"chip.tile_0_1.state", Kind::text, 1},
                                                      {"chip.tile_0_0.state", Kind::text, 1},
                                                      {"chip.tile_0_0.synapse_r0_c0.weight", Kind::real, 64},
                                                      {"chip.router_0_0.east.state", Kind::text, 1}};
  const std::vector<ExampleScene::Layer> layers{{"Layer 1", {"tile_0_0"}}, {"Layer 2", {"tile_0_1"}}};
  const auto save = gtkwave_save("trace.vcd", signals, layers, Duration{5'000'000}, Duration{7'400'000});
  EXPECT_THAT(save, HasSubstr("[dumpfile] \"trace.vcd\"\n"));
  EXPECT_THAT(save, HasSubstr("[timestart] 5000000\n"));
  EXPECT_THAT(save, HasSubstr("+{tile 0,0} chip.tile_0_0.state\n"));
  EXPECT_THAT(save, HasSubstr("+{sequencer queue} chip.sequencer.queue[15:0]\n"));
  EXPECT_THAT(save, HasSubstr("+{0,0 east} chip.router_0_0.east.state\n"));
  EXPECT_THAT(save, Not(HasSubstr("busy")));             // states say as much
  EXPECT_THAT(save, Not(HasSubstr("packets waiting")));  // no queue of a tile is recorded
  EXPECT_EQ(count(save, "@800200\n") + count(save, "@c00200\n"),
            count(save, "@1000200\n") + count(save, "@1401200\n"));
  EXPECT_LT(save.find("chip.tile_0_0.state"), save.find("chip.tile_0_1.state"));  // layer by layer
  // The zoom: minus log2 of what 200 pixels show; the example fills some 950.
  const auto zoom = std::stod(save.substr(save.find("\n*") + 2));
  EXPECT_NEAR(std::exp2(-zoom) / 200 * 950, 2'400'000, 10);
}

/// Counts what is handed on.
class Counter final : public foundation::TransactionListener {
 public:
  Transaction::Party party(std::string_view /*name*/) override { return parties++; }
  void completed(const Transaction& /*transaction*/) override { ++transactions; }
  [[nodiscard]] bool wanted() const override { return true; }
  void settle(Duration /*time*/) override {}
  void example_finished() override {}
  Transaction::Party parties = 0;
  int transactions = 0;
};

TEST(PacketKeeper, KeepsPacketsOfTheFirstExampleAndHandsAllOn) {
  Counter counter;
  PacketKeeper keeper{counter};
  Transaction transaction;
  transaction.initiator = keeper.party("chip.sequencer");
  transaction.target = keeper.party("chip.tile_0_1");
  transaction.kind = "REGISTER";
  keeper.completed(transaction);
  transaction.phase = Phase::setup;
  keeper.completed(transaction);
  transaction.phase = Phase::forward;
  transaction.kind = "ACTIVATION";
  keeper.completed(transaction);
  keeper.example_finished();
  keeper.completed(transaction);
  EXPECT_EQ(counter.transactions, 4);
  ASSERT_EQ(keeper.packets().size(), 1U);
  EXPECT_EQ(keeper.packets()[0].from, "sequencer");
  EXPECT_EQ(keeper.packets()[0].to, "tile_0_1");
}

}  // namespace
}  // namespace kirchhoff::testbenches
