#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <vector>

#include "foundation/aligned.h"
#include "foundation/random.h"

namespace kirchhoff::periphery {

/// The pulses of an array's lines in one update: in which slot each line fires.
struct PulseTrains {
  struct Pulse {
    std::uint16_t line;
    std::uint16_t slot;
  };
  std::span<const Pulse> pulses;  ///< line by line, lines ascending; slots of a line in no order
  std::uint64_t clipped = 0;      ///< pulses beyond one per slot that the lines could not send
  std::vector<Pulse> storage;     ///< what `pulses` lies in, kept from update to update

  PulseTrains() = default;
  PulseTrains(PulseTrains&&) = default;
  PulseTrains& operator=(PulseTrains&&) = default;
};

/// How many pulses a train has: distribution functions of Binomial(slots, gain x code / full_code).
///
/// Built once per gain and shared by all tiles of a chip (gains are powers of two times a few rates).
class PulseCountTables {
 public:
  PulseCountTables(std::int64_t slots, std::int32_t full_code);

  /// Counts below this are found by comparing with all of their thresholds at once.
  static constexpr std::size_t head_counts = 8;

  /// Where to look for the count of a code: distribution function in 2^-32, one cache line.
  struct alignas(foundation::cache_line_bytes) Head {
    std::array<std::uint32_t, head_counts> first;   ///< at 0 .. head_counts - 1
    std::array<std::uint32_t, head_counts> blocks;  ///< at the last count of each block_size() counts
  };

  struct Table {
    /// Code x this bounds the probability of a pulse at all from above, in 2^-16.
    float fire_per_code = 0;
    bool clips = false;                     ///< some code asks for p > 1
    std::vector<Head> head;                 ///< per code
    std::vector<std::uint32_t> cumulative;  ///< slots entries per code, in 2^-32
    std::vector<float> excess;              ///< per code: expected pulses lost by p > 1
  };
  /// Valid until the next call.
  const Table& for_gain(double gain);

  [[nodiscard]] std::size_t slots() const { return slots_; }
  [[nodiscard]] std::size_t block_size() const { return (slots_ + head_counts - 1) / head_counts; }

 private:
  [[nodiscard]] std::unique_ptr<Table> make_table(double gain) const;

  struct Recent {
    double gain = -1;
    const Table* table = nullptr;
  };
  std::size_t slots_;
  std::int32_t full_code_;
  std::map<double, std::unique_ptr<Table>> tables_;
  std::array<Recent, 64> recent_{};  ///< found by a hash of the gain
};

/// Stochastic bit trains of an array's lines: in each slot a line with code c fires with probability
/// p = min(1, gain c / full_code), independently, so that a row and a column coincide slots p_x p_d
/// times on average (Gokmen, Vlasov, Front. Neurosci. 2016).
///
/// A train is drawn as its number of pulses (binomial) and their places (uniform), which is the same
/// distribution at the cost of the pulses that are really there. Each line has 16 bits of the stream at a
/// fixed place; those alone rule most lines out. The bytes behind are taken up in order: two more for each
/// line that is left, then the places.
class UpdatePulseGenerator {
 public:
  explicit UpdatePulseGenerator(PulseCountTables& tables) : tables_(tables) {}

  /// Trains of all lines; codes are magnitudes or signed (the sign is the caller's), |code| <= full_code.
  void generate(const foundation::RandomStream& stream, std::uint64_t operation, double gain,
                std::span<const std::int16_t> codes, PulseTrains& trains);

 private:
  PulseCountTables& tables_;
  std::vector<std::uint32_t> words_;
  std::vector<std::uint32_t> more_words_;
  std::vector<std::uint64_t> candidates_;    ///< one bit per line
  std::vector<std::uint32_t> last_at_slot_;  ///< 1 + the line that was last given a slot
};

}  // namespace kirchhoff::periphery
