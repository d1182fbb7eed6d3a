#pragma once

#include <string>
#include <vector>

#include "model/presets/configuration.h"

namespace kirchhoff::model {

/// Values that are each within their range but contradict one another; one line each, empty if all is well.
std::vector<std::string> contradictions(const Configuration& configuration);

}  // namespace kirchhoff::model
