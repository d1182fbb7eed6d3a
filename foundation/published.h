#pragma once

#include <string_view>

namespace kirchhoff::foundation {

/// A figure somebody else stated, to stand beside the model's own.
struct PublishedFigure {
  std::string_view name;
  double tops = 0;  ///< 0 where not stated
  double tops_per_watt = 0;
  double tops_per_mm2 = 0;
  std::string_view source;
  std::string_view short_source;
};

/// The chip modelled here, as its authors calculated it; their inputs are not public.
inline constexpr PublishedFigure published_chip{
    "published",
    0,
    28.065,
    3.6,
    "Ambrogio et al., Nature 558, 60 (2018): 28,065 GOP/s/W and 3.6 TOP/s/mm2, the authors' estimate",
    "Ambrogio et al., Nature 558 (2018), the authors' estimate"};

/// The graphics processor of the day, without its tensor cores.
inline constexpr double v100_fp16_tops = 30;
inline constexpr double v100_watts = 300;
inline constexpr double v100_area_mm2 = 815;
inline constexpr PublishedFigure v100_fp16{
    "V100 FP16",
    v100_fp16_tops,
    v100_fp16_tops / v100_watts,
    v100_fp16_tops / v100_area_mm2,
    "NVIDIA Tesla V100 (2017), FP16 without tensor cores: 30 TFLOP/s, 300 W, 815 mm2",
    "without tensor cores, 30 TFLOP/s, 300 W, 815 mm2"};

}  // namespace kirchhoff::foundation
