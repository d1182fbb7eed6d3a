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

/// Keeps what the sequencer, the DMA and every tile, if wanted every link, did during the first training
/// example, and hands everything on to another sink, if there is one. Afterwards it listens no more: all
/// others cost nothing.
class ExampleTimeline final : public foundation::TraceSink {
 public:
  explicit ExampleTimeline(foundation::TraceSink* next = nullptr, bool keeps_links = false)
      : next_(next), keeps_links_(keeps_links) {}

  /// Tracks in the order in which the parts were declared; none before the example is finished.
  [[nodiscard]] RunResult::Timeline timeline() const;

  /// Of the example; none before it is finished.
  struct Limits {
    foundation::Duration begin{0};
    foundation::Duration end{0};
  };
  [[nodiscard]] std::optional<Limits> limits() const {
    return finished_ ? std::optional{Limits{*start_, end_}} : std::nullopt;
  }

  Signal declare(std::string_view scope, std::string_view name, Kind kind, unsigned width) override;
  Signal declare_part(std::string_view scope) override;
  void end_of_declarations() override;
  void settle(foundation::Duration time) override;
  [[nodiscard]] bool wants_settling() const override {
    return !finished_ || (next_ != nullptr && next_->wants_settling());
  }
  void example_finished() override;
  [[nodiscard]] bool states_wanted() const override {
    return !finished_ || (next_ != nullptr && next_->states_wanted());
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
    Signal next = unheard;  ///< the next sink's
  };

  void put_bits(Signal signal, foundation::Duration time, std::uint64_t value) override;
  void put_real(Signal signal, foundation::Duration time, double value) override;
  void put_text(Signal signal, foundation::Duration time, std::string_view value) override;
  void put_busy(Signal part, foundation::Duration begin, foundation::Duration end,
                std::string_view state) override;
  void put_queued(Signal part, foundation::Duration time, int more) override;
  void put_served(Signal part, foundation::Duration ready, foundation::Duration begin,
                  foundation::Duration end, std::string_view state) override;

  Signal listen_to(const Declared& declared);
  void keep(const Declared& declared, foundation::Duration begin, foundation::Duration end,
            std::string_view state);
  void record(std::size_t track, foundation::Duration time, std::string_view value);
  void start_at(foundation::Duration time);

  foundation::TraceSink* next_;
  bool keeps_links_;
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
