#include "testbenches/cosim/interrupt_picture.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include "foundation/atomic_file.h"
#include "foundation/trace_sink.h"
#include "model/chip/register_map.h"
#include "testbenches/cosim/platform/platform_map.h"
#include "testbenches/trace/png.h"

namespace kirchhoff::testbenches {
namespace {

using foundation::Duration;
using traces::Vcd;
using Span = WaveformScene::Span;

// As in the picture of a training example, where both show the same.
constexpr std::string_view program_color = "#0072b2";
constexpr std::string_view handler_color = "#d1495b";
constexpr std::string_view sleep_color = "#9aa3ab";
constexpr std::string_view read_color = "#009e73";
constexpr std::string_view write_color = "#e69f00";
constexpr std::string_view forward_color = "#0072b2";
constexpr std::string_view convert_color = "#56a0d3";
constexpr std::string_view backward_color = "#aa4499";
constexpr std::string_view update_color = "#e69f00";
constexpr std::string_view other_color = "#6b7780";

constexpr Duration most_before{4'000'000};
constexpr Duration least_before{1'000'000};
constexpr Duration after_handler{1'500'000};
constexpr Duration longest_handler{8'000'000};

const Vcd::Signal* find(const Vcd& waveforms, const std::string& path) {
  const auto found = waveforms.signals.find(path);
  return found == waveforms.signals.end() ? nullptr : &found->second;
}

/// Calls use(begin, end, value) for every value between the limits.
template <typename Use>
void for_values(const Vcd::Signal& signal, Duration begin, Duration end, Use&& use) {
  const auto& changes = signal.changes;
  auto change = std::upper_bound(changes.begin(), changes.end(), begin,
                                 [](Duration time, const Vcd::Change& c) { return time < c.time; });
  if (change != changes.begin()) {
    --change;
  }
  for (; change != changes.end() && change->time < end; ++change) {
    const auto next = std::next(change);
    const Duration until = next == changes.end() ? end : std::min(end, next->time);
    use(std::max(begin, change->time), until, change->value);
  }
}

bool is_idle(std::string_view state) {
  return state.empty() || state == foundation::TraceSink::idle_state;
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter + 32) : letter;
  });
  return text;
}

std::string_view color_of(std::string_view state) {
  if (state == "BACKWARD" || state == "TRANSPOSED") {
    return backward_color;
  }
  if (state == "UPDATE" || state == "TRANSFER") {
    return update_color;
  }
  if (state == "CONVERT") {
    return convert_color;
  }
  return state == "FORWARD" || state == "READ" ? forward_color : other_color;
}

std::uint64_t number(std::string_view bits) {
  std::uint64_t value = 0;
  for (const char bit : bits) {
    value = value * 2 + (bit == '1' ? 1 : 0);
  }
  return value;
}

/// What lies at an address of the hart: "STATUS", "mtime".
std::string place_of(std::uint64_t address) {
  namespace map = platform_map;
  if (address >= map::accelerator_base &&
      address < std::uint64_t{map::accelerator_base} + map::accelerator_bytes) {
    const std::uint64_t offset = address - map::accelerator_base;
    for (const auto& window : model::register_map) {
      for (const auto& doc : window.registers) {
        const std::uint64_t place = window.base + doc.offset;
        if (place == offset ||
            (window.stride != 0 && offset >= place && (offset - place) % window.stride == 0)) {
          return std::string{doc.name};
        }
      }
    }
    return "accelerator";
  }
  if (address >= map::clint_base && address < map::clint_base + map::clint_bytes) {
    constexpr std::uint64_t time_offset = 0xbff8;
    return address - map::clint_base >= time_offset ? "mtime" : "mtimecmp";
  }
  return address >= map::uart_base && address < map::uart_base + map::uart_bytes ? "UART" : "finisher";
}

struct Window {
  Duration begin{0};
  Duration end{0};
  Duration interrupt{0};
  Duration trap{0};
  Duration back{0};  ///< end of the handler
};

class Scene {
 public:
  explicit Scene(const Vcd& waveforms)
      : waveforms_(waveforms),
        state_(find(waveforms, "hart.state")),
        function_(find(waveforms, "hart.function")),
        line_(find(waveforms, "interrupts.external")) {}

  std::optional<WaveformScene> draw(const std::string& title) {
    const auto window =
        state_ != nullptr && function_ != nullptr && line_ != nullptr ? choose() : std::nullopt;
    if (!window) {
      return std::nullopt;
    }
    window_ = *window;
    WaveformScene scene;
    scene.title = title;
    scene.subtitle =
        "The chip is done, its DMA writes the record, the interrupt line rises, the handler runs and clears "
        "it.";
    scene.begin = window_.begin;
    scene.end = window_.end;
    scene.rows = {program(), interrupt(), accesses()};
    for (auto row : {states("DMA", "chip.host_interface.dma.state"),
                     states("sequencer", "chip.sequencer.state"), tiles()}) {
      if (!row.spans.empty()) {
        scene.rows.push_back(std::move(row));
      }
    }
    scene.marks = {{window_.interrupt, "interrupt"}, {window_.trap, "trap"}, {window_.back, "mret"}};
    scene.foot =
        "Accesses of the hart to devices by register: green read, orange write. Red: code of the trap "
        "handler. Tiles: "
        "what most of the busy ones do.";
    return scene;
  }

 private:
  /// When the line rises and the hart enters a trap before it falls.
  std::optional<Window> choose() const {
    std::optional<Window> first;
    for_values(*line_, Duration{0}, waveforms_.end,
               [&](Duration rise, Duration fall, std::string_view level) {
                 if (level != "1" || (first && works(*first))) {
                   return;
                 }
                 std::optional<Window> found;
                 for_values(*state_, rise, fall, [&](Duration begin, Duration end, std::string_view state) {
                   if (!found && state == "TRAP" && begin >= rise) {
                     found = Window{{}, {}, rise, begin, end};
                   }
                 });
                 if (found) {
                   // The state's span ends behind the fall of the line.
                   for_values(*state_, found->trap, std::min(waveforms_.end, found->trap + longest_handler),
                              [&](Duration begin, Duration end, std::string_view state) {
                                if (begin == found->trap && state == "TRAP") {
                                  found->back = end;
                                }
                              });
                   found->begin = std::max(Duration{0}, rise - begin_before(rise));
                   found->end = std::min(waveforms_.end, found->back + after_handler);
                   if (!first || works(*found)) {
                     first = found;
                   }
                 }
               });
    return first;
  }

  /// From the last write of the hart on, within limits.
  Duration begin_before(Duration rise) const {
    Duration before = most_before;
    if (const auto* bus = find(waveforms_, "bus.hart.state")) {
      for_values(*bus, std::max(Duration{0}, rise - most_before), rise,
                 [&](Duration begin, Duration /*end*/, std::string_view state) {
                   if (state == "WRITE") {
                     before = rise - begin + Duration{500'000};
                   }
                 });
    }
    return std::clamp(before, least_before, most_before);
  }

  /// The sequencer has trained or inferred in it.
  bool works(const Window& window) const {
    bool found = false;
    if (const auto* sequencer = find(waveforms_, "chip.sequencer.state")) {
      for_values(*sequencer, window.begin, window.interrupt, [&](Duration, Duration, std::string_view state) {
        found |= state == "FORWARD" || state == "BACKWARD";
      });
    }
    return found;
  }

  WaveformScene::Row program() const {
    WaveformScene::Row row{"firmware", {}, false};
    std::map<std::string_view, std::size_t> longest;  // there are too many calls to name each
    for_values(
        *state_, window_.begin, window_.end, [&](Duration begin, Duration end, std::string_view state) {
          if (is_idle(state)) {
            row.spans.push_back({begin, end, "asleep (WFI)", std::string{sleep_color}});
            return;
          }
          for_values(*function_, begin, end, [&](Duration from, Duration to, std::string_view function) {
            row.spans.push_back({from, to, std::string{function},
                                 std::string{state == "TRAP" ? handler_color : program_color}, false});
            const auto [best, is_first] = longest.emplace(function, row.spans.size() - 1);
            const Span& named = row.spans[best->second];
            if (is_first || to - from > named.end - named.begin) {
              best->second = row.spans.size() - 1;
            }
          });
        });
    for (const auto& [function, index] : longest) {
      row.spans[index].is_labelled = true;
    }
    return row;
  }

  WaveformScene::Row interrupt() const {
    WaveformScene::Row row{"interrupt", {}, true};
    for_values(*line_, window_.begin, window_.end, [&](Duration begin, Duration end, std::string_view level) {
      if (level == "1") {
        row.spans.push_back({begin, end, "", std::string{handler_color}});
      }
    });
    return row;
  }

  WaveformScene::Row accesses() const {
    WaveformScene::Row row{"hart on the bus", {}, false};
    const auto* state = find(waveforms_, "bus.hart.state");
    const auto* address = find(waveforms_, "bus.hart.address");
    if (state == nullptr || address == nullptr) {
      return row;
    }
    for_values(*state, window_.begin, window_.end, [&](Duration begin, Duration end, std::string_view what) {
      if (!is_idle(what)) {
        const std::string place = place_of(number(waveforms_.value_at("bus.hart.address", begin)));
        const std::string color{what == "READ" ? read_color : write_color};
        // Of the same again and again, as of the words of mtime, the first one has the label.
        constexpr Duration pause{100'000};
        const bool again = !row.spans.empty() && row.spans.back().text == place &&
                           row.spans.back().color == color && begin - row.spans.back().end < pause;
        row.spans.push_back({begin, end, place, color, !again});
      }
    });
    return row;
  }

  WaveformScene::Row states(const std::string& label, const std::string& path) const {
    WaveformScene::Row row{label, {}, false};
    if (const auto* signal = find(waveforms_, path)) {
      const bool dma = label == "DMA";
      for_values(*signal, window_.begin, window_.end,
                 [&](Duration begin, Duration end, std::string_view state) {
                   if (!is_idle(state)) {
                     const std::string_view color = !dma              ? color_of(state)
                                                    : state == "READ" ? read_color
                                                                      : write_color;
                     row.spans.push_back({begin, end, lower(std::string{state}), std::string{color}});
                   }
                 });
    }
    return row;
  }

  /// What most of the busy tiles do.
  WaveformScene::Row tiles() const {
    struct Step {
      std::string state;
      int change = 0;
    };
    std::multimap<Duration, Step> steps;
    for (const auto& [path, signal] : waveforms_.signals) {
      if (path.starts_with("chip.tile_") && path.ends_with(".state")) {
        for_values(signal, window_.begin, window_.end,
                   [&](Duration begin, Duration end, std::string_view state) {
                     if (!is_idle(state)) {
                       steps.emplace(begin, Step{std::string{state}, 1});
                       steps.emplace(end, Step{std::string{state}, -1});
                     }
                   });
      }
    }
    WaveformScene::Row row{"tiles", {}, false};
    std::map<std::string, int> busy;
    for (auto step = steps.begin(); step != steps.end();) {
      const Duration now = step->first;
      for (; step != steps.end() && step->first == now; ++step) {
        busy[step->second.state] += step->second.change;
      }
      const auto most = std::max_element(busy.begin(), busy.end(),
                                         [](const auto& a, const auto& b) { return a.second < b.second; });
      if (most->second == 0 || step == steps.end()) {
        continue;
      }
      const std::string text = lower(most->first);
      if (!row.spans.empty() && row.spans.back().end == now && row.spans.back().text == text) {
        row.spans.back().end = step->first;
      } else {
        row.spans.push_back({now, step->first, text, std::string{color_of(most->first)}});
      }
    }
    return row;
  }

  const Vcd& waveforms_;
  const Vcd::Signal* state_;
  const Vcd::Signal* function_;
  const Vcd::Signal* line_;
  Window window_;
};

}  // namespace

std::optional<WaveformScene> interrupt_scene(const Vcd& waveforms, const std::string& title) {
  return Scene{waveforms}.draw(title);
}

bool draw_interrupt(const std::filesystem::path& waveforms, const std::string& title,
                    std::uintmax_t most_bytes) {
  if (std::filesystem::file_size(waveforms) > most_bytes) {
    return false;
  }
  const auto scene = interrupt_scene(traces::read_vcd(waveforms), title);
  if (!scene) {
    return false;
  }
  const auto svg = waveforms.parent_path() / "interrupt.svg";
  foundation::write_file_atomically(svg, waveform_picture(*scene));
  draw_png(svg, waveforms.parent_path() / "interrupt.png");
  return true;
}

}  // namespace kirchhoff::testbenches
