#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "foundation/atomic_file.h"
#include "foundation/trace_sink.h"

namespace kirchhoff::traces {

/// Writes a value change dump (IEEE 1364, four-state VCD, 1 ps) as it goes; complete only after close().
///
/// States are written by their names, `$var string` with `sNAME` changes: GTKWave and its converters show
/// them as they are, without a translation table beside the file. Values come in any order up to settle();
/// what is settled is sorted, freed of values that change nothing, and written. No dates: the same run
/// gives the same file.
class VcdWriter final : public foundation::TraceSink {
 public:
  /// Busy signals are wanted for the first `examples` examples; reals, bits and vectors throughout.
  /// Throws InputError where the file cannot be written, here and in every later call.
  VcdWriter(const std::filesystem::path& path, std::uint64_t examples);

  Signal declare(std::string_view scope, std::string_view name, Kind kind, unsigned width) override;
  void bits(Signal signal, foundation::Duration time, std::uint64_t value) override;
  void real(Signal signal, foundation::Duration time, double value) override;
  void text(Signal signal, foundation::Duration time, std::string_view value) override;
  void settle(foundation::Duration time) override;
  void example_finished() override { ++examples_done_; }
  [[nodiscard]] bool states_wanted() const override { return examples_done_ < examples_; }

  /// Writes the rest and puts the file in its place. Without it there is no file.
  void close();

 private:
  struct Declaration {
    std::string scope;
    std::string name;
    Kind kind;
    unsigned width;
    std::string code;
    std::uint64_t last;  ///< bits of the value written last
  };
  struct Change {
    foundation::Duration time;
    Signal signal;
    std::uint64_t value;  ///< bits; of a double; or index of a text
  };

  void add(Signal signal, foundation::Duration time, std::uint64_t value);
  void write_header();
  void write_until(foundation::Duration time);
  void append_value(const Declaration& declaration, std::uint64_t value);
  std::uint32_t text_index(std::string_view value);
  void flush_buffer();

  foundation::AtomicFile file_;
  std::uint64_t examples_;
  std::uint64_t examples_done_ = 0;
  std::vector<Declaration> signals_;
  std::vector<Change> pending_;
  std::vector<std::string> texts_;
  std::unordered_map<std::string, std::uint32_t> text_of_;
  std::string buffer_;
  bool header_written_ = false;
  foundation::Duration written_until_{-1};  ///< time of the last #-line
};

}  // namespace kirchhoff::traces
