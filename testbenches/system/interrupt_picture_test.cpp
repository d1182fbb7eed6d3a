#include "testbenches/cosim/interrupt_picture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace kirchhoff::testbenches {
namespace {

using foundation::Duration;
using testing::ElementsAre;
using traces::Vcd;

constexpr std::int64_t microsecond = 1'000'000;

Vcd::Signal signal(std::vector<std::pair<std::int64_t, std::string>> changes) {
  Vcd::Signal result;
  for (auto& [time, value] : changes) result.changes.push_back({Duration{time}, std::move(value)});
  return result;
}

std::string bits(std::uint32_t value) {
  std::string text;
  for (int bit = 31; bit >= 0; --bit) text += (value >> bit & 1U) != 0 ? '1' : '0';
  return text;
}

/// Two interrupts; the second one ends a training.
Vcd waveforms() {
  Vcd vcd;
  const std::int64_t us = microsecond;
  vcd.signals["hart.state"] = signal({{0, "RUN"},
                                      {10 * us + 100'000, "TRAP"},
                                      {11 * us, "RUN"},
                                      {20 * us, "IDLE"},
                                      {30 * us + 10'000, "TRAP"},
                                      {32 * us, "RUN"}});
  vcd.signals["hart.function"] = signal({{0, "main"},
                                         {10 * us + 100'000, "trap_entry"},
                                         {11 * us, "wait_irq"},
                                         {30 * us + 10'000, "trap_entry"},
                                         {31 * us, "handler"},
                                         {32 * us, "main"}});
  vcd.signals["interrupts.external"] =
      signal({{0, "0"}, {10 * us, "1"}, {10 * us + 500'000, "0"}, {30 * us, "1"}, {31 * us + 500'000, "0"}});
  vcd.signals["bus.hart.state"] =
      signal({{0, "IDLE"}, {31 * us + 400'000, "WRITE"}, {31 * us + 500'000, "IDLE"}});
  vcd.signals["bus.hart.address"] = signal({{0, bits(0)}, {31 * us + 400'000, bits(0x4000'0020)}});
  vcd.signals["chip.sequencer.state"] =
      signal({{0, "IDLE"}, {28 * us, "FORWARD"}, {29 * us, "BACKWARD"}, {30 * us, "IDLE"}});
  vcd.signals["chip.host_interface.dma.state"] =
      signal({{0, "IDLE"}, {29 * us + 900'000, "WRITE"}, {30 * us, "IDLE"}});
  vcd.signals["chip.tile_0_0.state"] = signal({{0, "IDLE"}, {28 * us, "READ"}, {29 * us, "IDLE"}});
  vcd.signals["chip.tile_0_1.state"] =
      signal({{0, "IDLE"}, {28 * us, "READ"}, {28 * us + 500'000, "CONVERT"}, {29 * us, "IDLE"}});
  vcd.end = Duration{40 * us};
  return vcd;
}

std::vector<std::string> texts(const WaveformScene& scene, const std::string& label) {
  std::vector<std::string> result;
  for (const auto& row : scene.rows) {
    if (row.label != label) continue;
    for (const auto& span : row.spans) {
      result.push_back(span.text + " " + std::to_string((span.begin - scene.begin).count() / 1000) + " " +
                       std::to_string((span.end - span.begin).count() / 1000));
    }
  }
  return result;
}

TEST(InterruptPicture, ShowsTheFirstThatEndsATraining) {
  const auto scene = interrupt_scene(waveforms(), "x");
  ASSERT_TRUE(scene);
  EXPECT_EQ(scene->begin, Duration{26 * microsecond});
  EXPECT_EQ(scene->end, Duration{33 * microsecond + 500'000});
  EXPECT_THAT(texts(*scene, "firmware"), ElementsAre("asleep (WFI) 0 4010", "trap_entry 4010 990",
                                                     "handler 5000 1000", "main 6000 1500"));
  EXPECT_THAT(texts(*scene, "interrupt"), ElementsAre(" 4000 1500"));
  EXPECT_THAT(texts(*scene, "hart on the bus"), ElementsAre("INTERRUPT_STATUS 5400 100"));
  EXPECT_THAT(texts(*scene, "DMA"), ElementsAre("write 3900 100"));
  EXPECT_THAT(texts(*scene, "sequencer"), ElementsAre("forward 2000 1000", "backward 3000 1000"));
  ASSERT_EQ(scene->marks.size(), 3U);
  EXPECT_EQ(scene->marks[2].time, Duration{32 * microsecond});
}

TEST(InterruptPicture, WithoutATrainingItIsTheFirst) {
  Vcd vcd = waveforms();
  vcd.signals.erase("chip.sequencer.state");
  const auto scene = interrupt_scene(vcd, "x");
  ASSERT_TRUE(scene);
  EXPECT_EQ(scene->marks[0].time, Duration{10 * microsecond});
  EXPECT_THAT(texts(*scene, "firmware"),
              ElementsAre("main 0 4100", "trap_entry 4100 900", "wait_irq 5000 1500"));
}

TEST(InterruptPicture, NothingWhereNoInterruptIsTaken) {
  for (const char* path : {"hart.state", "hart.function", "interrupts.external"}) {
    Vcd vcd = waveforms();
    vcd.signals.erase(path);
    EXPECT_FALSE(interrupt_scene(vcd, "x")) << path;
  }
  Vcd masked = waveforms();
  masked.signals["hart.state"] = signal({{0, "RUN"}});
  EXPECT_FALSE(interrupt_scene(masked, "x"));
  EXPECT_FALSE(interrupt_scene(Vcd{}, "x"));
}

}  // namespace
}  // namespace kirchhoff::testbenches
