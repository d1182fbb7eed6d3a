#pragma once

#include <array>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "foundation/atomic_file.h"
#include "foundation/trace_sink.h"
#include "traces/recording.h"
#include "traces/signal_selection.h"

namespace kirchhoff::traces {

/// Writes a value change dump (IEEE 1364, four-state VCD, 1 ps) as it goes; complete only after close().
///
/// States are written by their names, `$var string` with `sNAME` changes: GTKWave and its converters show
/// them as they are, without a translation table beside the file. Values come in any order up to settle();
/// what is settled is sorted, freed of values that change nothing, and written. No dates: the same run
/// gives the same file.
class VcdWriter final : public foundation::TraceSink {
 public:
  /// Throws InputError where the file cannot be written, here and in close(): within the simulation it is
  /// kept quiet, and nothing more is wanted.
  VcdWriter(const std::filesystem::path& path, const Recording& recording);
  /// States and queues for the first `examples` examples; reals, bits and vectors throughout.
  VcdWriter(const std::filesystem::path& path, std::uint64_t examples);

  Signal declare(std::string_view scope, std::string_view name, Kind kind, unsigned width) override;
  Signal declare_part(std::string_view scope) override;
  void end_of_declarations() override { selection_.check(); }
  void settle(foundation::Duration time) override;
  [[nodiscard]] bool wants_settling() const override {
    return pending_.size() + pending_wide_.size() >= kCrowd;
  }
  void example_finished() override { ++examples_done_; }
  [[nodiscard]] bool states_wanted() const override {
    return examples_done_ < examples_ && settled_ <= end_ && failure_ == nullptr;
  }

  /// A signal in the file.
  struct Entry {
    std::string path;
    Kind kind;
    unsigned width;
  };
  /// In the order of their declaration.
  [[nodiscard]] std::vector<Entry> entries() const;

  /// Writes the rest and puts the file in its place. Without it there is no file.
  void close();

 private:
  /// Changes that are kept before it pays to write them: those of an example of a chip of 32 tiles, so that
  /// they stay in the cache until then.
  static constexpr std::size_t kCrowd = 1024;
  static constexpr std::uint32_t kNone = 0xffffffff;

  /// Short text that is copied as a whole.
  struct Snippet {
    std::array<char, 32> letters{};
    std::uint32_t size = 0;
  };
  struct Variable {
    std::string scope;
    std::string name;
    Kind kind;
    unsigned width;
    std::string code;
    Snippet tail;  ///< of its lines: code and end of line
  };
  /// What values are told about, and where they are shown.
  struct Channel {
    bool has_states = false;  ///< otherwise wide values, not states and a queue
    bool touched = false;
    bool state_touched = false;
    std::uint32_t shown = kNone;  ///< variable
    std::uint32_t busy = kNone;   ///< variable that shows whether the state is another than idle
    std::uint32_t queue = kNone;  ///< variable
    std::uint64_t last = 0;       ///< bits of the value written last; of a text: its index
    std::uint64_t next = 0;
    std::int64_t queued = 0;  ///< as written last
    std::int64_t queued_next = 0;
    foundation::Duration seen = foundation::Duration::min();  ///< time of the last value before the window
  };
  struct Change {
    foundation::Duration time;
    Signal channel;
    std::uint16_t state;  ///< index of a text; kNoState: as it is
    std::int16_t more;    ///< in the queue
  };
  /// Of what has no states. Far fewer than the changes of links and tiles, which are kept small.
  struct WideChange {
    foundation::Duration time;
    Signal channel;
    std::uint64_t value;
  };
  static constexpr std::uint16_t kNoState = 0xffff;

  void put_bits(Signal signal, foundation::Duration time, std::uint64_t value) override;
  void put_real(Signal signal, foundation::Duration time, double value) override;
  void put_text(Signal signal, foundation::Duration time, std::string_view value) override;
  void put_busy(Signal part, foundation::Duration begin, foundation::Duration end,
                std::string_view state) override;
  void put_queued(Signal part, foundation::Duration time, int more) override;
  void put_served(Signal part, foundation::Duration ready, foundation::Duration begin,
                  foundation::Duration end, std::string_view state) override;

  std::uint32_t variable(std::string_view scope, std::string_view name, Kind kind, unsigned width);
  void add(const Change& change);
  void add(const WideChange& change);
  void add_before_window(const Change& change);
  void apply(const Change& change);
  void apply(const WideChange& change);
  Channel& touch(Signal signal);
  void write_header();
  void write_until(foundation::Duration time);
  void write_instant(foundation::Duration time);
  void append_change(std::uint32_t variable, std::uint64_t value, foundation::Duration time);
  void append_value(std::uint32_t variable, std::uint64_t value);
  void append_time(foundation::Duration time);
  void append(const Snippet& snippet);
  std::uint16_t text_index(std::string_view value);
  void flush_buffer();

  foundation::AtomicFile file_;
  SignalSelection selection_;
  std::uint64_t examples_;
  foundation::Duration begin_;
  foundation::Duration end_;
  std::uint64_t examples_done_ = 0;
  foundation::Duration settled_{0};
  std::vector<Variable> variables_;
  std::vector<Channel> channels_;
  std::vector<Change> pending_;
  std::vector<WideChange> pending_wide_;
  std::vector<Change> batch_;  ///< that is being written
  std::vector<WideChange> batch_wide_;
  std::vector<Change> scratch_;  ///< of its sorting
  std::vector<WideChange> scratch_wide_;
  std::vector<Signal> touched_;  ///< at the instant that is being written
  std::vector<Snippet> texts_;   ///< as they are written
  std::unordered_map<std::string, std::uint16_t> text_of_;
  std::array<std::uint16_t, 64> recent_texts_{};  ///< by where their letters lie: names are constants
  std::vector<char> buffer_;
  char* out_;  ///< end of what is in the buffer
  bool header_written_ = false;
  foundation::Duration written_until_{-1};  ///< time of the last #-line
  std::exception_ptr failure_;              ///< to write
};

}  // namespace kirchhoff::traces
