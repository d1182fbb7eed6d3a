#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "testbenches/trace/waveform_picture.h"
#include "traces/vcd_reader.h"

namespace kirchhoff::testbenches {

/// A picture of firmware and chip around an interrupt, from the waveforms of a run: the function that is
/// executed, the interrupt line, the hart's accesses by the names of registers, DMA, sequencer and tiles. Of
/// the interrupts that the hart takes it is the first one that ends a training or inference, else the first
/// one. Nothing where none was taken, or where the recording lacks hart.state, hart.function or
/// interrupts.external.
std::optional<WaveformScene> interrupt_scene(const traces::Vcd& waveforms, const std::string& title);

/// Draws it from a run's trace.vcd into interrupt.svg and, with rsvg-convert, interrupt.png beside it. False
/// where there is nothing to draw, or the recording has more than `most_bytes`: it is read as a whole.
bool draw_interrupt(const std::filesystem::path& waveforms, const std::string& title,
                    std::uintmax_t most_bytes = std::uintmax_t{64} << 20);

}  // namespace kirchhoff::testbenches
