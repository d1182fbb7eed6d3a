#include "testbenches/host/progress.h"

#include <algorithm>
#include <iomanip>
#include <sstream>

#include "testbenches/host/number_format.h"

namespace kirchhoff::testbenches {

using Clock = std::chrono::steady_clock;

namespace {

constexpr auto redraw_period = std::chrono::milliseconds{100};
constexpr std::size_t bar_columns = 30;

}  // namespace

Progress::Progress(std::ostream& out, const Terminal& terminal, bool quiet, std::uint64_t total_examples)
    : out_(out),
      terminal_(terminal),
      quiet_(quiet),
      total_(total_examples),
      begin_(Clock::now()),
      last_(begin_) {}

void Progress::say(const std::string& text) {
  if (!quiet_) {
    out_ << text << std::endl;
  }
}

void Progress::clear() {
  if (drawn_) {
    out_ << "\r\x1b[K";
    drawn_ = false;
  }
}

void Progress::trained(std::uint64_t examples, int epoch) {
  const auto now = Clock::now();
  if (quiet_ || !terminal_.interactive || total_ == 0 || now - last_ < redraw_period) {
    return;
  }
  last_ = now;
  const double seconds = std::chrono::duration<double>(now - begin_).count();
  const double fraction = static_cast<double>(examples) / static_cast<double>(total_);
  const double rate = static_cast<double>(examples - std::min(examples, before_)) / seconds;
  const std::string drawn = bar(fraction, bar_columns, terminal_);
  std::ostringstream text;
  text << "  epoch " << std::setw(2) << epoch << "  " << drawn
       << std::string(bar_columns - std::min(bar_columns, display_width(drawn)), ' ') << "  "
       << grouped(static_cast<std::uint64_t>(rate)) << " examples/s";
  clear();
  out_ << text.str() << std::flush;
  drawn_ = true;
}

void Progress::epoch_done(const RunResult::Epoch& epoch, int epochs) {
  if (quiet_) {
    return;
  }
  clear();
  std::ostringstream text;
  text << std::fixed << std::setprecision(2) << "  epoch " << std::setw(2) << epoch.epoch << " of " << epochs
       << "   test " << epoch.test_percent << " %   after " << engineering(epoch.simulated_s, "s")
       << " on the chip";
  out_ << text.str() << std::endl;
}

}  // namespace kirchhoff::testbenches
