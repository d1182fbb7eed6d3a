#include "traces/signal_selection.h"

#include <fnmatch.h>

#include "foundation/error.h"

namespace kirchhoff::traces {

SignalSelection::SignalSelection(const std::vector<std::string>& patterns) {
  for (const std::string& pattern : patterns) {
    const bool excludes = pattern.starts_with('!');
    patterns_.push_back({excludes ? pattern.substr(1) : pattern, excludes});
    takes_all_ = takes_all_ && excludes;
  }
}

bool SignalSelection::wants(std::string_view signal) {
  const std::string name{signal};
  ++asked_;
  if (example_.empty()) {
    example_ = name;
  }
  bool taken = takes_all_;
  bool left_out = false;
  for (Pattern& pattern : patterns_) {
    if (::fnmatch(pattern.text.c_str(), name.c_str(), 0) == 0) {
      pattern.matched = true;
      (pattern.excludes ? left_out : taken) = true;
    }
  }
  return taken && !left_out;
}

void SignalSelection::check() const {
  for (const Pattern& pattern : patterns_) {
    if (!pattern.matched) {
      throw foundation::InputError("the pattern '" + std::string(pattern.excludes ? "!" : "") + pattern.text +
                                   "' matches none of the " + std::to_string(asked_) + " signals, such as " +
                                   example_ + "; '*' stands for any characters");
    }
  }
}

}  // namespace kirchhoff::traces
