#include "testbenches/host/report.h"

#include <algorithm>

namespace kirchhoff::testbenches {

bool RunResult::passed() const {
  return std::all_of(checks.begin(), checks.end(), [](const SelfCheck& check) { return check.pass; });
}

}  // namespace kirchhoff::testbenches
