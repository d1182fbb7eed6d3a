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

/// Picks `count` different slots, uniformly among all subsets, from words of further blocks.
class SlotPicker {
 public:
  SlotPicker(const foundation::RandomStream& stream, std::uint64_t operation, std::uint32_t line, std::size_t slots)
      : stream_(stream), operation_(operation), next_block_((line + 1) << 10), slots_(slots) {}

  template <typename Visit>
  void pick(std::size_t count, Visit&& visit) {
    const bool complement = count > slots_ / 2;
    const std::size_t draws = complement ? slots_ - count : count;
    std::array<std::uint64_t, 2> taken{};
    for (std::size_t drawn = 0; drawn < draws;) {
      const auto slot = static_cast<std::size_t>((static_cast<std::uint64_t>(half_word()) * slots_) >> 16);
      auto& mask = taken[slot / 64];
      const std::uint64_t bit = std::uint64_t{1} << (slot % 64);
      if ((mask & bit) == 0) {
        mask |= bit;
        ++drawn;
        if (!complement) {
          visit(slot);
        }
      }
    }
    if (complement) {
      for (std::size_t slot = 0; slot < slots_; ++slot) {
        if ((taken[slot / 64] & (std::uint64_t{1} << (slot % 64))) == 0) {
          visit(slot);
        }
      }
    }
  }

 private:
  std::uint32_t half_word() {
    if (used_ % 8 == 0) {
      block_ = stream_.block(operation_, next_block_++);
    }
    const std::uint32_t word = block_[(used_ % 8) / 2];
    return used_++ % 2 == 0 ? word & 0xffffU : word >> 16;
  }

  const foundation::RandomStream& stream_;
  std::uint64_t operation_;
  std::uint32_t next_block_;
  std::size_t slots_;
  foundation::RandomBlock block_{};
  std::size_t used_ = 0;
};

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
    }
    found = tables_.emplace(gain, std::move(table)).first;
  }
  return *found->second;
}

void UpdatePulseGenerator::generate(const foundation::RandomStream& stream, std::uint64_t operation, double gain,
                                    std::span<const std::int16_t> codes, PulseTrains& trains) {
  const PulseCountTables::Table& table = tables_.for_gain(gain);
  const std::size_t slots = tables_.slots();
  words_.resize(codes.size());
  stream.words(operation, words_);  // word i decides how many pulses line i sends

  pulses_.clear();
  double clipped = 0;
  for (std::size_t line = 0; line < codes.size(); ++line) {
    const auto code = static_cast<std::size_t>(std::abs(codes[line]));
    const std::uint32_t* cumulative = table.cumulative.data() + code * slots;
    const std::uint32_t word = words_[line];
    if (word < cumulative[0] || code == 0) {
      continue;
    }
    std::size_t count = 1;
    while (count < slots && word >= cumulative[count]) {
      ++count;
    }
    clipped += static_cast<double>(table.excess[code]);
    SlotPicker{stream, operation, static_cast<std::uint32_t>(line), slots}.pick(count, [&](std::size_t slot) {
      pulses_.push_back({static_cast<std::uint8_t>(slot), static_cast<std::uint16_t>(line)});
    });
  }
  trains.clipped = static_cast<std::uint64_t>(std::floor(clipped + 0.5));

  // Counting sort by slot; lines stay ascending within a slot.
  trains.first.assign(slots + 1, 0);
  for (const Pulse& pulse : pulses_) {
    ++trains.first[pulse.slot + std::size_t{1}];
  }
  for (std::size_t k = 0; k < slots; ++k) {
    trains.first[k + 1] += trains.first[k];
  }
  trains.lines.resize(pulses_.size());
  std::array<std::uint32_t, 128> next{};
  std::copy_n(trains.first.begin(), slots, next.begin());
  for (const Pulse& pulse : pulses_) {
    trains.lines[next[pulse.slot]++] = pulse.line;
  }
}

}  // namespace kirchhoff::periphery
