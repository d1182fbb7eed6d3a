#pragma once

#include <string>
#include <vector>

#include "foundation/duration.h"

namespace kirchhoff::testbenches {

/// Rows of spans on one time axis.
struct WaveformScene {
  struct Span {
    foundation::Duration begin{0};
    foundation::Duration end{0};
    std::string text;         ///< in the span, where it fits
    std::string color;        ///< as SVG has it
    bool is_labelled = true;  ///< its text stands below it where it is too narrow
  };
  struct Row {
    std::string label;
    std::vector<Span> spans;  ///< by begin
    bool is_line = false;     ///< a wire: high in the spans, low between them; their text is not drawn
  };
  /// A line across all rows.
  struct Mark {
    foundation::Duration time{0};
    std::string text;
  };

  std::string title;
  std::string subtitle;
  foundation::Duration begin{0};  ///< of what is shown; the axis counts from here
  foundation::Duration end{0};
  std::vector<Row> rows;
  std::vector<Mark> marks;
  std::string foot;
};

/// The scene as SVG. Texts that do not fit into their span stand below it, in up to eight lines; where there
/// is no room, those of the shortest spans are left out (browsers show them under the pointer).
[[nodiscard]] std::string waveform_picture(const WaveformScene& scene);

}  // namespace kirchhoff::testbenches
