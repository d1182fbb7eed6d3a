#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "foundation/duration.h"
#include "testbenches/trace/example_picture.h"
#include "traces/vcd_writer.h"

namespace kirchhoff::testbenches {

/// A save file for GTKWave beside a trace: what is recorded of a hart and its bus, of host, sequencer, tiles
/// layer by layer, synapses and links, in groups with a colour each, of which those that are looked at first
/// are open; the window shows one example, and the marker is where it begins.
[[nodiscard]] std::string gtkwave_save(std::string_view dump_file,
                                       std::span<const traces::VcdWriter::Entry> signals,
                                       std::span<const ExampleScene::Layer> layers,
                                       foundation::Duration begin, foundation::Duration end);

}  // namespace kirchhoff::testbenches
