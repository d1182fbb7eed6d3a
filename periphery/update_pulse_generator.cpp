#include "periphery/update_pulse_generator.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdlib>

#include "foundation/math.h"
#include "periphery/pulse_candidates.h"

namespace kirchhoff::periphery {
namespace {

/// Tables are small, but learning rates could be changed for ever: keep the last few gains only.
constexpr std::size_t kMostTables = 64;

/// A pulse whose slot is still to be drawn.
constexpr std::uint16_t kOpen = 0xffff;
/// Words drawn at a time.
constexpr std::size_t kBatch = 64;

/// Probabilities of Binomial(n, p) at 0..n by recurrence; p <= 1/2 keeps the first term normal.
std::vector<double> binomial_terms(std::size_t n, double p) {
  std::vector<double> terms(n + 1);
  double term = foundation::exp(static_cast<double>(n) * foundation::log(1 - p));
  for (std::size_t k = 0; k <= n; ++k) {
    terms[k] = term;
    term *= p / (1 - p) * static_cast<double>(n - k) / static_cast<double>(k + 1);
  }
  return terms;
}

/// Distribution function of Binomial(n, p) at 0..n-1, in units of 2^-32.
void binomial_distribution(std::size_t n, double p, std::uint32_t* out) {
  if (p >= 1) {
    std::fill_n(out, n, 0U);
    return;
  }
  auto terms = binomial_terms(n, std::min(p, 1 - p));
  if (p > 0.5) {
    std::reverse(terms.begin(), terms.end());
  }
  double sum = 0;
  for (std::size_t k = 0; k < n; ++k) {
    sum += terms[k];
    out[k] = static_cast<std::uint32_t>(std::min(sum * 0x1p32, 0x1p32 - 1));
  }
}

/// The bytes of a stream behind those that lines have at fixed places, one after the other, in host byte
/// order.
class Bytes {
 public:
  /// `words` are the first of the operation; those from `first` on are free. Later ones come into `more`.
  Bytes(const foundation::RandomStream& stream, std::uint64_t operation, std::span<const std::uint32_t> words,
        std::size_t first, std::span<std::uint32_t> more)
      : stream_(stream), operation_(operation), more_(more) {
    show(words, first);
  }

  std::uint32_t next() {
    if (next_ == end_) {
      stream_.words(operation_ + (++batches_ << 56), more_);
      show(more_, 0);
    }
    return *next_++;
  }

 private:
  void show(std::span<const std::uint32_t> words, std::size_t first) {
    next_ = reinterpret_cast<const unsigned char*>(words.data() + first);
    end_ = reinterpret_cast<const unsigned char*>(words.data() + words.size());
  }

  const foundation::RandomStream& stream_;
  std::uint64_t operation_;
  const unsigned char* next_ = nullptr;
  const unsigned char* end_ = nullptr;
  std::uint64_t batches_ = 0;
  std::span<std::uint32_t> more_;  // elsewhere, so that the compiler keeps this object in registers
};

using Pulse = PulseTrains::Pulse;

/// Places for pulses: all slots are equally likely, none is taken twice for the same mark.
class Places {
 public:
  Places(Bytes& bytes, std::span<std::uint32_t> last_at_slot)
      : bytes_(bytes),
        last_at_slot_(last_at_slot.data()),
        slots_(static_cast<std::uint32_t>(last_at_slot.size())),
        mask_(std::bit_ceil(slots_) - 1) {}

  std::uint16_t take(std::uint32_t mark) {
    std::uint32_t slot = bytes_.next() & mask_;
    while (slot >= slots_ || last_at_slot_[slot] == mark) {
      slot = bytes_.next() & mask_;
    }
    last_at_slot_[slot] = mark;
    return static_cast<std::uint16_t>(slot);
  }
  [[nodiscard]] bool taken(std::uint32_t slot, std::uint32_t mark) const {
    return last_at_slot_[slot] == mark;
  }
  [[nodiscard]] std::uint32_t slots() const { return slots_; }

 private:
  Bytes& bytes_;
  std::uint32_t* last_at_slot_;
  std::uint32_t slots_;
  std::uint32_t mask_;
};

/// Pulses of a line that fires in most slots: the slots it leaves out are drawn. Returns behind the last.
Pulse* place_dense(Places& places, std::uint16_t line, std::size_t count, Pulse* out) {
  const std::uint32_t mark = line + 1U;
  for (std::size_t left_out = places.slots() - count; left_out > 0; --left_out) {
    places.take(mark);
  }
  for (std::uint32_t slot = 0; slot < places.slots(); ++slot) {
    *out = {line, static_cast<std::uint16_t>(slot)};
    out += places.taken(slot, mark) ? 0 : 1;
  }
  return out;
}

/// How many of these thresholds lie below the word.
inline std::uint32_t count_below(std::span<const std::uint32_t> thresholds, std::uint32_t word) {
  std::uint32_t count = 0;
  for (const std::uint32_t threshold : thresholds) {
    count += word > threshold ? 1U : 0U;
  }
  return count;
}

/// Number of pulses of a line: how many values of its distribution function lie below the word. Found without
/// branches, for where it lies cannot be predicted.
inline std::size_t count_of(const PulseCountTables::Table& table, std::size_t code, std::size_t slots,
                            std::size_t block, std::uint32_t word) {
  const PulseCountTables::Head& head = table.head[code];
  const std::uint32_t count = count_below(head.first, word);
  if (count < PulseCountTables::head_counts) {
    return count;
  }
  const std::size_t passed = std::min(slots, block * count_below(head.blocks, word));
  const std::size_t length = std::min(block, slots - passed);
  return passed + count_below({table.cumulative.data() + code * slots + passed, length}, word);
}

/// The pulses of one line, in slots still to be drawn but for lines that fire in most of them. Returns behind
/// the last; head_counts entries more may be written.
inline Pulse* add_pulses(Places& places, std::uint16_t line, std::size_t count, Pulse* out) {
  if (2 * count > places.slots()) {
    return place_dense(places, line, count, out);
  }
  constexpr std::size_t kAtOnce = PulseCountTables::head_counts;  // more than most have: no branch per pulse
  Pulse* const end = out + count;
  do {
    std::fill_n(out, kAtOnce, Pulse{line, kOpen});
    out += kAtOnce;
  } while (out < end);
  return end;
}

}  // namespace

PulseCountTables::PulseCountTables(std::int64_t slots, std::int32_t full_code)
    : slots_(static_cast<std::size_t>(slots)), full_code_(full_code) {}

const PulseCountTables::Table& PulseCountTables::for_gain(double gain) {
  const std::uint64_t hash = std::bit_cast<std::uint64_t>(gain) * 0x9E3779B97F4A7C15U >> 58;
  Recent& recent = recent_[hash];
  if (recent.gain == gain && recent.table != nullptr) {
    return *recent.table;
  }
  auto found = tables_.find(gain);
  if (found == tables_.end()) {
    if (tables_.size() >= kMostTables) {
      tables_.clear();
      recent_.fill({});
    }
    found = tables_.emplace(gain, make_table(gain)).first;
  }
  recent = {gain, found->second.get()};
  return *found->second;
}

std::unique_ptr<PulseCountTables::Table> PulseCountTables::make_table(double gain) const {
  auto table = std::make_unique<Table>();
  const auto codes = static_cast<std::size_t>(full_code_) + 1;
  // 1 - (1 - p)^slots <= slots p; a little more for the rounding of what is compared with it.
  constexpr double kMargin = 1e-3;
  table->fire_per_code =
      static_cast<float>(0x1p16 * (1 + 1e-6) * static_cast<double>(slots_) * gain / full_code_ + kMargin);
  table->clips = gain > 1;
  table->head.resize(codes);
  table->cumulative.resize(codes * slots_);
  table->excess.resize(codes);
  for (std::size_t code = 0; code < codes; ++code) {
    const double p = gain * static_cast<double>(code) / full_code_;
    table->excess[code] = static_cast<float>(std::max(p - 1, 0.0) * static_cast<double>(slots_));
    std::uint32_t* cumulative = table->cumulative.data() + code * slots_;
    if (p <= 0) {
      std::fill_n(cumulative, slots_, 0xffffffffU);
    } else {
      binomial_distribution(slots_, p, cumulative);
    }
    auto& head = table->head[code];
    head.first.fill(0xffffffffU);
    head.blocks.fill(0xffffffffU);
    std::copy_n(cumulative, std::min(slots_, head_counts), head.first.begin());
    for (std::size_t first = 0; first < slots_; first += block_size()) {
      head.blocks[first / block_size()] = cumulative[std::min(first + block_size(), slots_) - 1];
    }
  }
  return table;
}

void UpdatePulseGenerator::generate(const foundation::RandomStream& stream, std::uint64_t operation,
                                    double gain, std::span<const std::int16_t> codes, PulseTrains& trains) {
  const PulseCountTables::Table& table = tables_.for_gain(gain);
  const std::size_t slots = tables_.slots();
  const std::size_t block = tables_.block_size();
  const std::size_t line_words = words_of_lines(codes.size());
  words_.resize((line_words + kBatch / 4 + kBatch - 1) / kBatch * kBatch);
  stream.words(operation, words_);
  candidates_.resize((codes.size() + 63) / 64);
  find_candidates(codes, words_, table.fire_per_code, candidates_);
  last_at_slot_.assign(slots, 0);
  trains.storage.resize(codes.size() * slots + PulseCountTables::head_counts);

  more_words_.resize(kBatch);
  Bytes bytes{stream, operation, words_, line_words, more_words_};
  Places places{bytes, last_at_slot_};
  Pulse* end = trains.storage.data();
  for (std::size_t first = 0; first < codes.size(); first += 64) {
    for (std::uint64_t left = candidates_[first / 64]; left != 0; left &= left - 1) {
      const std::size_t line = first + static_cast<std::size_t>(std::countr_zero(left));
      const auto code = static_cast<std::size_t>(std::abs(codes[line]));
      std::uint32_t word = half_of_line(words_, line) << 16;
      word |= bytes.next() << 8;
      word |= bytes.next();
      end = add_pulses(places, static_cast<std::uint16_t>(line), count_of(table, code, slots, block, word),
                       end);
    }
  }
  trains.pulses = {trains.storage.data(), end};
  for (Pulse* pulse = trains.storage.data(); pulse != end; ++pulse) {
    if (pulse->slot == kOpen) {
      pulse->slot = places.take(pulse->line + 1U);
    }
  }
  double clipped = 0;
  if (table.clips) {
    for (const std::int16_t code : codes) {
      clipped += static_cast<double>(table.excess[static_cast<std::size_t>(std::abs(code))]);
    }
  }
  trains.clipped = static_cast<std::uint64_t>(std::floor(clipped + 0.5));
}

}  // namespace kirchhoff::periphery
