#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "foundation/duration.h"
#include "foundation/state_fields.h"
#include "foundation/trace_sink.h"
#include "testbenches/host/report.h"

namespace kirchhoff::testbenches {

/// Keeps what the sequencer, the DMA and every tile did during the first training example, and hands
/// everything on to another sink, if there is one. Afterwards it listens no more: all others cost nothing.
class ExampleTimeline final : public foundation::TraceSink {
 public:
  explicit ExampleTimeline(foundation::TraceSink* next = nullptr) : next_(next) {}

  /// Tracks in the order in which the parts were declared; none before the example is finished.
  [[nodiscard]] RunResult::Timeline timeline() const;

  Signal declare(std::string_view scope, std::string_view name, Kind kind, unsigned width) override;
  void bits(Signal signal, foundation::Duration time, std::uint64_t value) override;
  void real(Signal signal, foundation::Duration time, double value) override;
  void text(Signal signal, foundation::Duration time, std::string_view value) override;
  void settle(foundation::Duration time) override;
  void example_finished() override;
  [[nodiscard]] bool states_wanted() const override {
    return !finished_ || (next_ != nullptr && next_->states_wanted());
  }
  [[nodiscard]] bool listening() const override {
    return !finished_ || (next_ != nullptr && next_->listening());
  }

 private:
  friend struct foundation::StateAccess;
  template <typename Self, typename Archive>
  static void state_of(Self& self, Archive& archive) {
    archive(self.finished_, self.start_, self.end_, self.spans_);
  }

  struct Span {
    std::size_t track = 0;
    std::string what;
    foundation::Duration begin{0};
    std::optional<foundation::Duration> end;  ///< none: still at it

    template <typename Self, typename Archive>
    static void state_of(Self& self, Archive& archive) {
      archive(self.track, self.what, self.begin, self.end);
    }
  };
  struct Declared {
    std::optional<std::size_t> track;
    Signal next = 0;  ///< the next sink's
  };

  void record(std::size_t track, foundation::Duration time, std::string_view value);
  void start_at(foundation::Duration time);

  foundation::TraceSink* next_;
  std::vector<Declared> signals_;
  std::vector<std::string> tracks_;
  std::optional<std::size_t> sequencer_;
  bool finished_ = false;
  std::optional<foundation::Duration> start_;  ///< of the forward pass
  foundation::Duration end_{0};
  std::vector<Span> spans_;
  std::vector<std::optional<std::size_t>> open_;  ///< by track, index into spans_
};

}  // namespace kirchhoff::testbenches
