#pragma once

#include <gtest/gtest.h>

#include <string>

#include "foundation/coding_style.h"

namespace kirchhoff::testbenches {

/// For INSTANTIATE_TEST_SUITE_P of what is to hold in either coding style.
inline const auto both_styles =
    testing::Values(foundation::CodingStyle::loosely_timed, foundation::CodingStyle::approximately_timed);

inline std::string style_name(const testing::TestParamInfo<foundation::CodingStyle>& tested) {
  return tested.param == foundation::CodingStyle::loosely_timed ? "LooselyTimed" : "ApproximatelyTimed";
}

}  // namespace kirchhoff::testbenches
