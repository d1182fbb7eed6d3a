#include "testbenches/trace/waveform_picture.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "testbenches/host/number_format.h"
#include "testbenches/trace/svg.h"

namespace kirchhoff::testbenches {
namespace {

using foundation::Duration;
using foundation::to_seconds;

constexpr std::string_view grid_color = "#e3e6e9";
constexpr std::string_view quiet_color = "#5b656e";
constexpr std::string_view wire_color = "#222222";
constexpr std::string_view mark_color = "#d1495b";

constexpr double width = 1400;
constexpr double left = 150;
constexpr double right = 24;
constexpr double plot = width - left - right;
constexpr double bar_height = 20;
constexpr double letter = 6.6;  // of 12 pixels
constexpr double line_height = 14;
constexpr std::size_t lanes = 8;

class Picture {
 public:
  explicit Picture(const WaveformScene& scene) : scene_(scene), length_(scene.end - scene.begin) {}

  std::string draw() {
    y_ = 30;
    svg_.text(24, y_, scene_.title, {.size = 20, .bold = true});
    y_ += 22;
    svg_.text(24, y_, scene_.subtitle, {.size = 13, .fill = quiet_color});
    y_ += scene_.marks.empty() ? 26 : 44;
    const double top = y_;
    y_ += 8;
    for (const auto& row : scene_.rows) {
      draw(row);
    }
    const double bottom = y_;
    y_ += 22;
    if (!scene_.foot.empty()) {
      y_ += 24;
      svg_.text(24, y_, scene_.foot, {.size = 11, .fill = quiet_color});
    }
    Svg behind;
    axis(behind, top, bottom);
    behind.append(svg_);
    marks(behind, top, bottom);
    return behind.file(width, y_ + 14, scene_.title);
  }

 private:
  [[nodiscard]] double x_of(Duration time) const {
    const double share = static_cast<double>((time - scene_.begin).count()) /
                         static_cast<double>(std::max<std::int64_t>(length_.count(), 1));
    return left + plot * std::clamp(share, 0.0, 1.0);
  }
  static double length_of(const std::string& text) { return letter * static_cast<double>(text.size()) + 6; }

  void draw(const WaveformScene::Row& row) {
    svg_.text(left - 12, y_ + bar_height / 2 + 4.3, row.label, {.size = 12, .anchor = Svg::Anchor::end});
    if (row.is_line) {
      wire(row);
      y_ += bar_height + 12;
      return;
    }
    svg_.line(left, y_ + bar_height / 2, left + plot, y_ + bar_height / 2, "#c4cad0");
    Spans below;
    for (const auto& span : row.spans) {
      if (span.end <= scene_.begin || span.begin >= scene_.end) {
        continue;
      }
      const double x = x_of(span.begin);
      const double length = std::max(x_of(span.end) - x, 0.8);
      svg_.rectangle(x, y_, length, bar_height, span.color);
      svg_.title(span.text + ", " + engineering(to_seconds(span.end - span.begin), "s"));
      if (length > length_of(span.text)) {
        svg_.text(x + length / 2, y_ + bar_height / 2 + 4.3, span.text,
                  {.size = 12, .fill = "#ffffff", .anchor = Svg::Anchor::middle});
      } else if (span.is_labelled) {
        below.push_back(&span);
      }
    }
    y_ += bar_height + line_height * static_cast<double>(label(below)) + 12;
  }

  struct Label {
    const WaveformScene::Span* span;
    std::size_t lane;
  };

  using Spans = std::vector<const WaveformScene::Span*>;

  /// Lanes of texts below their spans, from right to left, so that no text crosses the line that leads to
  /// another one. Where not all of them fit, takes one of those away that are in each other's way, and
  /// returns nothing.
  std::optional<std::vector<Label>> place(Spans& spans) const {
    std::array<double, lanes> limit;
    limit.fill(width);
    std::vector<Label> labels;
    for (auto span = spans.rbegin(); span != spans.rend(); ++span) {
      const double x = x_of((*span)->begin);
      const double end = x + length_of((*span)->text);
      const auto lane = std::find_if(limit.begin(), limit.end(), [end](double most) { return end <= most; });
      if (lane == limit.end()) {
        const auto first = std::prev(span.base());
        const auto last =
            std::find_if(first, spans.end(), [&](const auto* other) { return x_of(other->begin) > end; });
        spans.erase(std::min_element(first, end > width ? std::next(first) : last,
                                     [](const auto* one, const auto* other) {
                                       return one->end - one->begin < other->end - other->begin;
                                     }));
        return std::nullopt;
      }
      std::fill(limit.begin(), lane + 1, x);
      labels.push_back({*span, static_cast<std::size_t>(lane - limit.begin())});
    }
    return labels;
  }

  /// Texts below their spans, the shortest ones left out where there is no room; returns how many lines they
  /// take.
  std::size_t label(Spans spans) {
    auto labels = place(spans);
    while (!labels) {
      labels = place(spans);
    }
    std::size_t used = 0;
    for (const auto& [span, lane] : *labels) {
      used = std::max(used, lane + 1);
      const double x = x_of(span->begin);
      const double base = y_ + bar_height + line_height * static_cast<double>(lane + 1) - 2;
      svg_.line(x + 0.5, y_ + bar_height, x + 0.5, base, "#9aa3ab");
      svg_.text(x + 3, base, span->text, {.size = 11});
    }
    return used;
  }

  void wire(const WaveformScene::Row& row) {
    const double high = y_ + 2;
    const double low = y_ + bar_height - 2;
    double x = left;
    for (const auto& span : row.spans) {
      if (span.end <= scene_.begin || span.begin >= scene_.end) {
        continue;
      }
      const double up = x_of(span.begin);
      const double down = x_of(span.end);
      svg_.line(x, low, up, low, wire_color, 1.5);
      svg_.rectangle(up, high, down - up, low - high, span.color, 0.25);
      svg_.line(up, low, up, high, wire_color, 1.5);
      svg_.line(up, high, down, high, wire_color, 1.5);
      svg_.line(down, high, down, low, wire_color, 1.5);
      x = down;
    }
    svg_.line(x, low, left + plot, low, wire_color, 1.5);
  }

  /// 1, 2 or 5 times a power of ten, about ten of them.
  [[nodiscard]] double tick_s() const {
    const double rough = to_seconds(length_) / 10;
    const double power = std::pow(10, std::floor(std::log10(rough)));
    const double mantissa = rough / power;
    return power * (mantissa < 1.5 ? 1 : mantissa < 3.5 ? 2 : mantissa < 7.5 ? 5 : 10);
  }

  void axis(Svg& behind, double top, double bottom) const {
    if (length_.count() <= 0) {
      return;
    }
    const double tick = tick_s();
    const bool micro = to_seconds(length_) >= 2e-6;
    const double unit = micro ? 1e-6 : 1e-9;
    for (int i = 0; i * tick <= to_seconds(length_) * 1.0001; ++i) {
      const double x = x_of(scene_.begin + foundation::from_seconds(i * tick));
      behind.line(x, top, x, bottom, grid_color);
      behind.text(x, bottom + 14, fixed(i * tick / unit, tick < unit ? 1 : 0),
                  {.size = 11, .fill = quiet_color, .anchor = Svg::Anchor::middle});
    }
    behind.text(left - 12, bottom + 14, micro ? "time, us" : "time, ns",
                {.size = 11, .fill = quiet_color, .anchor = Svg::Anchor::end});
  }

  void marks(Svg& front, double top, double bottom) const {
    double taken = 0;
    double y = top - 6;
    for (const auto& mark : scene_.marks) {
      const double x = x_of(mark.time);
      front.line(x, top - 2, x, bottom, mark_color, 1.2);
      y = x < taken ? y - line_height : top - 6;
      front.text(x + 3, y, mark.text, {.size = 12, .fill = mark_color});
      taken = x + length_of(mark.text);
    }
  }

  const WaveformScene& scene_;
  Duration length_;
  Svg svg_;
  double y_ = 0;
};

}  // namespace

std::string waveform_picture(const WaveformScene& scene) {
  return Picture{scene}.draw();
}

}  // namespace kirchhoff::testbenches
