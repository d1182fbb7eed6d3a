#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace kirchhoff::traces {

/// Which signals are recorded, by patterns on their full name ("chip.tile_0_0.state"): `*` stands for any
/// characters, dots among them, `?` for one, `[...]` for one of a set. A pattern behind `!` leaves out what
/// it matches. Without patterns that take something in, everything is taken that is not left out.
class SignalSelection {
 public:
  SignalSelection() = default;
  explicit SignalSelection(const std::vector<std::string>& patterns);

  [[nodiscard]] bool wants(std::string_view signal);

  /// Throws InputError where a pattern matched none of the signals that wants() was asked about.
  void check() const;

 private:
  struct Pattern {
    std::string text;
    bool excludes = false;
    bool matched = false;
  };
  std::vector<Pattern> patterns_;
  bool takes_all_ = true;
  std::size_t asked_ = 0;
  std::string example_;  ///< name of a signal, for messages
};

}  // namespace kirchhoff::traces
