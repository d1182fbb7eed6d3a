#include "periphery/update_pulse_generator.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

#include "foundation/math.h"

namespace kirchhoff::periphery {
namespace {

/// Tables are small, but learning rates could be changed for ever: keep the last few gains only.
constexpr std::size_t kMostTables = 64;

/// Upper bits of a random word that lead into the distribution function.
constexpr std::uint32_t kGuideBits = 4;
constexpr std::uint32_t kGuides = 1U << kGuideBits;

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

/// Words of a stream behind the first `used`, in halves, drawn a batch at a time.
class HalfWords {
 public:
  HalfWords(const foundation::RandomStream& stream, std::uint64_t operation)
      : stream_(stream), operation_(operation) {}

  std::uint32_t next() {
    if (used_ == 2 * batch_.size()) {
      stream_.words(operation_ + (++batches_ << 56), batch_);
      used_ = 0;
    }
    const std::uint32_t word = batch_[used_ / 2];
    return used_++ % 2 == 0 ? word & 0xffffU : word >> 16;
  }

 private:
  const foundation::RandomStream& stream_;
  std::uint64_t operation_;
  std::uint64_t batches_ = 0;
  std::array<std::uint32_t, 64> batch_;
  std::size_t used_ = 2 * 64;
};

using Pulse = PulseTrains::Pulse;

/// Picks `count` of `slots` places, uniformly among all subsets; returns behind the last. One entry beyond
/// it may be written.
Pulse* pick(HalfWords& random, std::size_t count, std::uint32_t slots, std::uint16_t line, Pulse* out) {
  if (count == 1) {
    *out = {line, static_cast<std::uint16_t>((random.next() * slots) >> 16)};
    return out + 1;
  }
  const bool complement = count > slots / 2;
  const std::size_t draws = complement ? slots - count : count;
  std::array<std::uint64_t, 2> taken{};
  for (std::size_t drawn = 0; drawn < draws;) {
    const std::uint32_t slot = (random.next() * slots) >> 16;
    auto& mask = taken[slot / 64];
    const std::uint64_t bit = std::uint64_t{1} << (slot % 64);
    const bool fresh = (mask & bit) == 0;
    mask |= bit;
    drawn += fresh ? 1 : 0;
    *out = {line, static_cast<std::uint16_t>(slot)};
    out += fresh && !complement ? 1 : 0;
  }
  if (complement) {
    for (std::uint32_t slot = 0; slot < slots; ++slot) {
      *out = {line, static_cast<std::uint16_t>(slot)};
      out += (taken[slot / 64] >> (slot % 64) & 1U) == 0 ? 1 : 0;
    }
  }
  return out;
}

}  // namespace

PulseCountTables::PulseCountTables(std::int64_t slots, std::int32_t full_code)
    : slots_(static_cast<std::size_t>(slots)), full_code_(full_code) {}

const PulseCountTables::Table& PulseCountTables::for_gain(double gain) {
  auto found = tables_.find(gain);
  if (found == tables_.end()) {
    if (tables_.size() >= kMostTables) {
      tables_.clear();
    }
    auto table = std::make_unique<Table>();
    const auto codes = static_cast<std::size_t>(full_code_) + 1;
    table->none.resize(codes);
    table->guide.resize(codes * kGuides);
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
      table->none[code] = cumulative[0];
      for (std::uint32_t top = 0; top < kGuides; ++top) {
        // The count of the smallest word with these upper bits: no word of them has a smaller one.
        const std::uint32_t word = top << (32 - kGuideBits);
        const std::uint32_t* above = std::lower_bound(cumulative, cumulative + slots_, word);
        table->guide[code * kGuides + top] =
            static_cast<std::uint8_t>(std::max<std::ptrdiff_t>(above - cumulative, 1));
      }
    }
    found = tables_.emplace(gain, std::move(table)).first;
  }
  return *found->second;
}

void UpdatePulseGenerator::generate(const foundation::RandomStream& stream, std::uint64_t operation,
                                    double gain, std::span<const std::int16_t> codes, PulseTrains& trains) {
  const PulseCountTables::Table& table = tables_.for_gain(gain);
  const std::size_t slots = tables_.slots();
  if (words_.size() != codes.size()) {
    words_.resize(codes.size());
  }
  stream.words(operation, words_);  // word i decides how many pulses line i sends

  // Lines that fire at all, most do not.
  firing_.resize(codes.size() + 1);
  std::size_t firing = 0;
  for (std::size_t line = 0; line < codes.size(); ++line) {
    const auto code = static_cast<std::size_t>(std::abs(codes[line]));
    firing_[firing].line = static_cast<std::uint16_t>(line);
    firing += words_[line] > table.none[code] ? 1 : 0;
  }

  std::size_t total = 0;
  double clipped = 0;
  for (std::size_t f = 0; f < firing; ++f) {
    const std::size_t line = firing_[f].line;
    const auto code = static_cast<std::size_t>(std::abs(codes[line]));
    const std::uint32_t* cumulative = table.cumulative.data() + code * slots;
    std::size_t count = table.guide[code * kGuides + (words_[line] >> (32 - kGuideBits))];
    while (count < slots && words_[line] > cumulative[count]) {
      ++count;
    }
    firing_[f].pulses = static_cast<std::uint16_t>(count);
    total += count;
    clipped += static_cast<double>(table.excess[code]);
  }
  trains.clipped = static_cast<std::uint64_t>(std::floor(clipped + 0.5));

  trains.pulses.resize(total + 1);
  HalfWords random{stream, operation};
  Pulse* end = trains.pulses.data();
  for (std::size_t f = 0; f < firing; ++f) {
    end = pick(random, firing_[f].pulses, static_cast<std::uint32_t>(slots), firing_[f].line, end);
  }
  trains.pulses.pop_back();
}

}  // namespace kirchhoff::periphery
