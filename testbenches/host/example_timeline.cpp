#include "testbenches/host/example_timeline.h"

#include <algorithm>
#include <cctype>

namespace kirchhoff::testbenches {

using foundation::Duration;

namespace {

constexpr std::string_view sequencer_part = "sequencer";
constexpr std::string_view dma_part = "dma";
constexpr std::string_view router_prefix = "router_";
constexpr std::string_view first_state = "FORWARD";

/// Of the part's path; empty where it is none of those that are kept.
std::string track_of(std::string_view scope, bool keeps_links) {
  const std::size_t dot = scope.rfind('.');
  const std::string_view part = scope.substr(dot + 1);
  if (part == sequencer_part || part == dma_part || part.starts_with("tile_")) {
    return std::string{part};
  }
  const std::string_view above = scope.substr(0, dot);
  const std::string_view owner = above.substr(above.rfind('.') + 1);
  return keeps_links && owner.starts_with(router_prefix) ? std::string{owner} + '.' + std::string{part}
                                                         : std::string{};
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
  return text;
}

}  // namespace

foundation::TraceSink::Signal ExampleTimeline::listen_to(const Declared& declared) {
  if (!declared.track && declared.next == unheard) {
    return unheard;
  }
  signals_.push_back(declared);
  return static_cast<Signal>(signals_.size() - 1);
}

foundation::TraceSink::Signal ExampleTimeline::declare(std::string_view scope, std::string_view name,
                                                       Kind kind, unsigned width) {
  return listen_to({{}, next_ == nullptr ? unheard : next_->declare(scope, name, kind, width)});
}

foundation::TraceSink::Signal ExampleTimeline::declare_part(std::string_view scope) {
  Declared declared;
  if (next_ != nullptr) {
    declared.next = next_->declare_part(scope);
  }
  std::string track = track_of(scope, keeps_links_);
  if (!track.empty()) {
    declared.track = tracks_.size();
    if (track == sequencer_part) {
      sequencer_ = tracks_.size();
    }
    tracks_.push_back(std::move(track));
    open_.emplace_back();
  }
  return listen_to(declared);
}

void ExampleTimeline::end_of_declarations() {
  if (next_ != nullptr) {
    next_->end_of_declarations();
  }
}

void ExampleTimeline::put_bits(Signal signal, Duration time, std::uint64_t value) {
  if (next_ != nullptr) {
    next_->bits(signals_[signal].next, time, value);
  }
}

void ExampleTimeline::put_real(Signal signal, Duration time, double value) {
  if (next_ != nullptr) {
    next_->real(signals_[signal].next, time, value);
  }
}

void ExampleTimeline::put_text(Signal signal, Duration time, std::string_view value) {
  const Declared declared = signals_[signal];
  if (!finished_ && declared.track) {
    record(*declared.track, time, value);
  }
  if (next_ != nullptr && next_->states_wanted()) {
    next_->text(declared.next, time, value);
  }
}

void ExampleTimeline::put_busy(Signal part, Duration begin, Duration end, std::string_view state) {
  const Declared declared = signals_[part];
  keep(declared, begin, end, state);
  if (next_ != nullptr && next_->states_wanted()) {
    next_->busy(declared.next, begin, end, state);
  }
}

void ExampleTimeline::put_served(Signal part, Duration ready, Duration begin, Duration end,
                                 std::string_view state) {
  const Declared declared = signals_[part];
  keep(declared, begin, end, state);
  if (next_ != nullptr && next_->states_wanted()) {
    next_->served(declared.next, ready, begin, end, state);
  }
}

void ExampleTimeline::keep(const Declared& declared, Duration begin, Duration end, std::string_view state) {
  if (!finished_ && declared.track) {
    spans_.push_back({*declared.track, std::string{state}, begin, end});
  }
}

void ExampleTimeline::put_queued(Signal part, Duration time, int more) {
  if (next_ != nullptr) {
    next_->queued(signals_[part].next, time, more);
  }
}

void ExampleTimeline::record(std::size_t track, Duration time, std::string_view value) {
  if (open_[track]) {
    spans_[*open_[track]].end = time;
    open_[track].reset();
  }
  if (track == sequencer_ && start_ && value != "OUTPUT" && value != "BACKWARD") {
    end_ = time;  // a transfer, say, which belongs to many examples
    finished_ = true;
    return;
  }
  if (track == sequencer_ && value == first_state) {
    start_at(time);
  }
  if (value != idle_state) {
    open_[track] = spans_.size();
    spans_.push_back({track, std::string{value}, time, {}});
  }
}

/// What was over by then belongs to the set-up.
void ExampleTimeline::start_at(Duration time) {
  start_ = time;
  std::erase_if(spans_, [&](const Span& span) { return span.end && *span.end <= time; });
  std::fill(open_.begin(), open_.end(), std::nullopt);
  for (std::size_t i = 0; i < spans_.size(); ++i) {
    if (!spans_[i].end) {
      open_[spans_[i].track] = i;
    }
  }
}

void ExampleTimeline::settle(Duration time) {
  if (!finished_) {
    end_ = time;
  }
  if (next_ != nullptr) {
    next_->settle(time);
  }
}

void ExampleTimeline::example_finished() {
  finished_ = finished_ || start_.has_value();
  if (next_ != nullptr) {
    next_->example_finished();
  }
}

RunResult::Timeline ExampleTimeline::timeline() const {
  RunResult::Timeline timeline;
  if (!finished_) {
    return timeline;
  }
  const auto since_start = [&](Duration time) { return foundation::to_seconds(time - *start_); };
  timeline.example = 1;
  timeline.duration_s = since_start(end_);
  for (std::size_t track = 0; track < tracks_.size(); ++track) {
    RunResult::Timeline::Track kept{tracks_[track], {}};
    for (const Span& span : spans_) {
      const Duration end = std::min(span.end.value_or(end_), end_);
      const Duration begin = std::max(span.begin, *start_);
      if (span.track == track && begin < end) {
        kept.spans.push_back({lower(span.what), since_start(begin), since_start(end)});
      }
    }
    std::sort(kept.spans.begin(), kept.spans.end(),
              [](const auto& a, const auto& b) { return a.begin_s < b.begin_s; });
    for (std::size_t i = 1; i < kept.spans.size(); ++i) {  // a part does what it began last
      kept.spans[i - 1].end_s = std::min(kept.spans[i - 1].end_s, kept.spans[i].begin_s);
    }
    timeline.tracks.push_back(std::move(kept));
  }
  return timeline;
}

}  // namespace kirchhoff::testbenches
