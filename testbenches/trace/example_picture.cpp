#include "testbenches/trace/example_picture.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "testbenches/host/number_format.h"
#include "testbenches/trace/svg.h"

namespace kirchhoff::testbenches {

namespace {

using foundation::Phase;
using Span = RunResult::Timeline::Span;
using Track = RunResult::Timeline::Track;

// Distinguishable with all common kinds of colour vision (after Okabe and Ito); one hue for a phase.
constexpr std::string_view forward_color = "#0072b2";
constexpr std::string_view convert_color = "#8cc5e8";
constexpr std::string_view backward_color = "#aa4499";
constexpr std::string_view update_color = "#e69f00";
constexpr std::string_view transfer_color = "#b5400b";
constexpr std::string_view receive_color = "#b9c0c7";
constexpr std::string_view bus_color = "#009e73";
constexpr std::string_view output_color = "#6b7780";
constexpr std::string_view grid_color = "#e3e6e9";
constexpr std::string_view quiet_color = "#5b656e";

constexpr double width = 1400;
constexpr double left = 214;
constexpr double right = 86;
constexpr double plot = width - left - right;

std::string_view color_of(Phase phase) {
  switch (phase) {
    case Phase::backward:
      return backward_color;
    case Phase::update:
      return update_color;
    case Phase::transfer:
      return transfer_color;
    default:
      return forward_color;
  }
}

struct Look {
  std::string_view what;
  std::string_view name;
  std::string_view color;
};
constexpr std::array<Look, 8> looks{{{"receive", "packets on their way to the tile", receive_color},
                                     {"read", "integrate, forward", forward_color},
                                     {"convert", "convert", convert_color},
                                     {"transposed", "integrate, transposed", backward_color},
                                     {"update", "update", update_color},
                                     {"transfer", "transfer", transfer_color},
                                     {"program", "program", output_color},
                                     {"output", "softmax less target", output_color}}};

const Look* look_of(std::string_view what) {
  const auto found =
      std::find_if(looks.begin(), looks.end(), [&](const Look& look) { return look.what == what; });
  return found == looks.end() ? nullptr : &*found;
}

/// How many of some intervals cover each instant.
class Depth {
 public:
  void add(double begin_s, double end_s) {
    if (begin_s < end_s) {
      steps_.emplace_back(begin_s, 1);
      steps_.emplace_back(end_s, -1);
    }
  }
  [[nodiscard]] bool empty() const { return steps_.empty(); }
  /// (time, depth from there on), ascending.
  [[nodiscard]] std::vector<std::pair<double, int>> curve() const {
    auto steps = steps_;
    std::sort(steps.begin(), steps.end());
    std::vector<std::pair<double, int>> curve;
    int depth = 0;
    for (const auto& [time, change] : steps) {
      depth += change;
      if (!curve.empty() && curve.back().first == time) {
        curve.back().second = depth;
      } else {
        curve.emplace_back(time, depth);
      }
    }
    return curve;
  }

 private:
  std::vector<std::pair<double, int>> steps_;
};

int peak_of(const std::vector<std::pair<double, int>>& curve) {
  int peak = 0;
  for (const auto& step : curve) {
    peak = std::max(peak, step.second);
  }
  return peak;
}

/// A lane of packets: all between two groups of components, by phase.
struct Flow {
  std::string name;
  std::map<Phase, Depth> packets;
  std::size_t count = 0;
};

class Picture {
 public:
  explicit Picture(const ExampleScene& scene)
      : scene_(scene), duration_(scene.timeline.duration_s), begin_s_(foundation::to_seconds(scene.begin)) {
    for (std::size_t layer = 0; layer < scene.layers.size(); ++layer) {
      for (const auto& tile : scene.layers[layer].tiles) {
        layer_of_[tile] = layer;
      }
    }
  }

  std::string draw() {
    head();
    const double top = y_;
    const double ruler = y_ + 14;
    y_ += 24;
    sequencer();
    bus();
    network();
    tiles();
    const double bottom = y_;
    Svg behind;
    frame(behind, top + 20, bottom, ruler);
    foot(bottom);
    behind.append(svg_);
    return behind.file(width, y_ + 14, scene_.title);
  }

 private:
  [[nodiscard]] double x_of(double time_s) const {
    return left + plot * std::clamp(time_s / duration_, 0.0, 1.0);
  }
  [[nodiscard]] const Track* track(std::string_view part) const {
    const auto& tracks = scene_.timeline.tracks;
    const auto found = std::find_if(tracks.begin(), tracks.end(),
                                    [&](const Track& candidate) { return candidate.part == part; });
    return found == tracks.end() ? nullptr : &*found;
  }

  void head() {
    y_ = 30;
    svg_.text(24, y_, scene_.title, {.size = 20, .bold = true});
    y_ += 22;
    svg_.text(24, y_, scene_.subtitle, {.size = 13, .fill = quiet_color});
    y_ += 24;
    double x = 24;
    for (const Look& look : looks) {
      if (!occurs(look.what)) {
        continue;
      }
      svg_.rectangle(x, y_ - 10, 18, 11, look.color);
      svg_.text(x + 24, y_, look.name, {.size = 12});
      x += 24 + 6.5 * static_cast<double>(look.name.size()) + 26;
    }
    y_ += 16;
  }

  [[nodiscard]] bool occurs(std::string_view what) const {
    return what == "receive" ||
           std::any_of(scene_.timeline.tracks.begin(), scene_.timeline.tracks.end(),
                       [&](const Track& candidate) {
                         return (layer_of_.count(candidate.part) > 0 || candidate.part == "sequencer") &&
                                std::any_of(candidate.spans.begin(), candidate.spans.end(),
                                            [&](const Span& span) { return span.what == what; });
                       });
  }

  void section(std::string_view name) {
    y_ += 22;
    svg_.text(24, y_, name, {.size = 13, .bold = true});
    svg_.line(24, y_ + 6, width - 24, y_ + 6, "#c4cad0");
    y_ += 12;
  }

  void label(double height, std::string_view name, double size = 12) {
    svg_.text(left - 10, y_ + height / 2 + size * 0.36, name, {.size = size, .anchor = Svg::Anchor::end});
  }
  void note(double height, std::string_view text, double size = 11) {
    svg_.text(width - right + 8, y_ + height / 2 + size * 0.36, text, {.size = size, .fill = quiet_color});
  }

  void bar(const Span& span, double height, std::string_view color, std::string_view caption) {
    const double x = x_of(span.begin_s);
    const double length = std::max(x_of(span.end_s) - x, 0.6);
    svg_.rectangle(x, y_, length, height, color);
    svg_.title(std::string{caption} + ", " + engineering(span.begin_s, "s") + " to " +
               engineering(span.end_s, "s"));
    constexpr double letter = 6.9;
    if (height >= 14 && length > letter * static_cast<double>(caption.size()) + 8) {
      svg_.text(x + length / 2, y_ + height / 2 + 4.2, caption,
                {.size = 12, .fill = "#ffffff", .anchor = Svg::Anchor::middle});
    }
  }

  void sequencer() {
    const Track* spans = track("sequencer");
    if (spans == nullptr) {
      return;
    }
    constexpr double height = 20;
    y_ += 4;
    label(height, "sequencer");
    for (const Span& span : spans->spans) {
      const bool output = span.what == "output";
      bar(span, height,
          output                    ? output_color
          : span.what == "backward" ? backward_color
                                    : forward_color,
          output                    ? "softmax"
          : span.what == "backward" ? "backward pass and update"
                                    : "forward pass");
    }
    y_ += height + 4;
  }

  void bus() {
    const Track* spans = track("dma");
    if (spans == nullptr) {
      return;
    }
    constexpr double height = 16;
    label(height, "host bus (DMA)");
    double end_s = 0;
    for (const Span& span : spans->spans) {
      bar(span, height, bus_color, span.what);
      end_s = std::max(end_s, span.end_s);
    }
    svg_.text(x_of(end_s) + 8, y_ + height / 2 + 4,
              spans->spans.empty() ? "the only example is here already" : "the next example, read ahead",
              {.size = 11, .fill = quiet_color});
    note(height, "busy " + percent(covered(spans->spans)));
    y_ += height + 2;
  }

  /// Sequencer: 0; layers from 1.
  [[nodiscard]] std::size_t group_of(const std::string& component) const {
    const auto found = layer_of_.find(component);
    return found == layer_of_.end() ? 0 : found->second + 1;
  }

  [[nodiscard]] std::vector<Flow> flows() const {
    const std::size_t layers = scene_.layers.size();
    std::map<std::pair<std::size_t, std::size_t>, Flow> between;  // in the order of the forward pass
    Flow done{.name = "completions to sequencer", .packets = {}};
    for (const auto& packet : scene_.packets) {
      const double begin = foundation::to_seconds(packet.begin) - begin_s_;
      const double end = foundation::to_seconds(packet.end) - begin_s_;
      if (end <= 0 || begin >= duration_) {
        continue;
      }
      std::size_t from = group_of(packet.from);
      std::size_t to = group_of(packet.to);
      Flow* flow = &done;
      if (packet.kind != "DONE") {
        if (from > to) {
          std::swap(from, to);
        }
        if (from == 0 && to == layers && layers > 1) {  // the sequencer is behind the last layer, too
          from = std::exchange(to, layers + 1);
        }
        flow = &between[{from, to}];
        if (flow->name.empty()) {
          const auto name = [&](std::size_t group) {
            return group == 0 || group > layers ? std::string{"sequencer"} : "layer " + std::to_string(group);
          };
          flow->name = from == to ? "within " + name(from) : name(from) + " \u2013 " + name(to);
        }
      }
      flow->packets[packet.phase].add(begin, end);
      ++flow->count;
    }
    std::vector<Flow> ordered;
    for (auto& [groups, flow] : between) {
      ordered.push_back(std::move(flow));
    }
    if (done.count > 0) {
      ordered.push_back(std::move(done));
    }
    return ordered;
  }

  void area(const std::vector<std::pair<double, int>>& curve, int full, double height,
            std::string_view color) {
    if (curve.empty() || full == 0) {
      return;
    }
    const double base = y_ + height;
    std::string points = Svg::point(x_of(curve.front().first), base);
    double level = base;
    for (const auto& [time, depth] : curve) {
      const double next = base - height * depth / full;
      points += Svg::point(x_of(time), level) + Svg::point(x_of(time), next);
      level = next;
    }
    points += Svg::point(x_of(curve.back().first), base);
    svg_.polygon(points, color, 0.9);
  }

  void network() {
    section("Network: packets on their way, by where they go");
    constexpr double height = 18;
    for (const Flow& flow : flows()) {
      int full = 0;
      for (const auto& [phase, depth] : flow.packets) {
        full = std::max(full, peak_of(depth.curve()));
      }
      label(height, flow.name);
      svg_.line(left, y_ + height, left + plot, y_ + height, grid_color);
      for (const auto& [phase, depth] : flow.packets) {
        area(depth.curve(), full, height, color_of(phase));
      }
      note(height, "up to " + std::to_string(full));
      y_ += height + 5;
    }
    links();
  }

  void links() {
    Depth busy;
    std::size_t count = 0;
    for (const Track& candidate : scene_.timeline.tracks) {
      if (candidate.part.starts_with("router_")) {
        ++count;
        for (const Span& span : candidate.spans) {
          busy.add(span.begin_s, span.end_s);
        }
      }
    }
    if (count == 0) {
      return;
    }
    constexpr double height = 34;
    const auto curve = busy.curve();
    const int peak = peak_of(curve);
    y_ += 3;
    label(height, "busy links of " + std::to_string(count));
    svg_.line(left, y_ + height, left + plot, y_ + height, grid_color);
    area(curve, peak, height, quiet_color);
    note(height, "up to " + std::to_string(peak));
    y_ += height + 2;
  }

  [[nodiscard]] double covered(const std::vector<Span>& spans) const {
    double sum = 0;
    for (const Span& span : spans) {
      sum += span.end_s - span.begin_s;
    }
    return sum / duration_;
  }
  static std::string percent(double share) { return fixed(100 * share, 0) + " %"; }

  void tiles() {
    std::size_t count = 0;
    for (const auto& layer : scene_.layers) {
      count += layer.tiles.size();
    }
    constexpr double room = 430;  // of all lanes, so that the picture of a large chip stays one
    const double step = std::clamp(room / static_cast<double>(std::max<std::size_t>(count, 1)), 1.2, 16.0);
    const bool named = step >= 8;
    for (const auto& layer : scene_.layers) {
      const auto tiles = static_cast<double>(layer.tiles.size());
      section(layer.name + ", " + std::to_string(layer.tiles.size()) +
              (layer.tiles.size() == 1 ? " tile" : " tiles"));
      double busy = 0;
      for (const std::string& name : layer.tiles) {
        const double share = tile(name, step, named);
        busy += share / tiles;
        y_ += step;
      }
      if (!named) {
        const double height = step * tiles;
        y_ -= height;
        label(height, std::to_string(layer.tiles.size()) + " tiles");
        note(height, "busy " + percent(busy));
        y_ += height;
      }
    }
  }

  /// Returns the share of the time that it is busy.
  double tile(const std::string& name, double step, bool named) {
    const double height = step > 3 ? step - 1.5 : step - 0.2;
    const double size = std::min(11.0, step);
    if (named) {
      std::string shown = name.substr(std::string_view{"tile_"}.size());
      std::replace(shown.begin(), shown.end(), '_', ',');
      label(height, "tile " + shown, size);
    }
    svg_.rectangle(left, y_, plot, height, "#dfe4e8", 0.3);
    for (const auto& packet : scene_.packets) {
      const double begin = std::max(0.0, foundation::to_seconds(packet.begin) - begin_s_);
      const double end = foundation::to_seconds(packet.end) - begin_s_;
      if (packet.to == name && end > 0 && begin < duration_) {
        svg_.rectangle(x_of(begin), y_ + height / 4, x_of(end) - x_of(begin), height / 2, receive_color);
      }
    }
    const Track* spans = track(name);
    if (spans == nullptr) {
      return 0;
    }
    for (const Span& span : spans->spans) {
      const Look* look = look_of(span.what);
      bar(span, height, look == nullptr ? output_color : look->color,
          name + ": " + std::string(look == nullptr ? std::string_view{span.what} : look->name));
    }
    const double share = covered(spans->spans);
    if (named) {
      note(height, "busy " + percent(share), size);
    }
    return share;
  }

  /// 1, 2 or 5 times a power of ten, so that about ten steps cover the example.
  [[nodiscard]] double tick() const {
    const double rough = duration_ / 10;
    const double power = std::pow(10, std::floor(std::log10(rough)));
    const double mantissa = rough / power;
    return power * (mantissa < 1.5 ? 1 : mantissa < 3.5 ? 2 : mantissa < 7.5 ? 5 : 10);
  }

  /// Phases as tints, and lines of the time axis.
  void frame(Svg& behind, double top, double bottom, double ruler) const {
    if (const Track* spans = track("sequencer"); spans != nullptr) {
      for (const Span& span : spans->spans) {
        const double x = x_of(span.begin_s);
        behind.rectangle(x, top, x_of(span.end_s) - x, bottom - top,
                         span.what == "forward"    ? forward_color
                         : span.what == "backward" ? backward_color
                                                   : output_color,
                         0.045);
      }
    }
    const bool micro = duration_ >= 10e-6;
    const double unit = micro ? 1e-6 : 1e-9;
    for (double time = 0; time <= duration_ * 1.0001; time += tick()) {
      behind.line(x_of(time), top, x_of(time), bottom + 4, grid_color);
      const std::string number = fixed(time / unit, tick() < unit ? 1 : 0);
      for (const double at : {ruler, bottom + 18}) {
        behind.text(x_of(time), at, number, {.size = 11, .fill = quiet_color, .anchor = Svg::Anchor::middle});
      }
    }
    for (const double at : {ruler, bottom + 18}) {
      behind.text(left - 10, at, micro ? "time, us" : "time, ns",
                  {.size = 11, .fill = quiet_color, .anchor = Svg::Anchor::end});
    }
  }

  void foot(double bottom) {
    y_ = bottom + 40;
    svg_.text(
        24, y_,
        "Time since the start of the forward pass. Height of a packet lane: packets at that instant, up to "
        "the number beside it.",
        {.size = 11, .fill = quiet_color});
  }

  const ExampleScene& scene_;
  double duration_;
  double begin_s_;
  std::map<std::string, std::size_t> layer_of_;
  Svg svg_;
  double y_ = 0;
};

}  // namespace

std::string example_picture(const ExampleScene& scene) {
  return Picture{scene}.draw();
}

}  // namespace kirchhoff::testbenches
