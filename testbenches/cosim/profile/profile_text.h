#pragma once

#include <cstddef>
#include <string>

#include "testbenches/cosim/profile/profile.h"

namespace kirchhoff::testbenches {

/// A table for people: the `most_rows` functions that took most time, what the rest took, and sleep.
std::string profile_text(const ProfileResult& result, std::size_t most_rows = 20);

/// Every function: function,address,entries,instructions,time_s,percent; sleep is the row "(asleep)".
std::string profile_csv(const ProfileResult& result);

}  // namespace kirchhoff::testbenches
