#pragma once

#include <cstdint>
#include <vector>

#include "foundation/error.h"

namespace kirchhoff::testbenches::c_api {

/// A vector as the C API lends it; null where it is empty.
template <typename Entry>
const Entry* listed(const std::vector<Entry>& entries, std::uint32_t* count) {
  if (count == nullptr) {
    throw foundation::InputError("no place was given for how many there are");
  }
  *count = static_cast<std::uint32_t>(entries.size());
  return entries.empty() ? nullptr : entries.data();
}

}  // namespace kirchhoff::testbenches::c_api
