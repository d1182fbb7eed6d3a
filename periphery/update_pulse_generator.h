#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <vector>

#include "foundation/random.h"

namespace kirchhoff::periphery {

/// The pulses of an array's lines in one update: in which slot each line fires.
struct PulseTrains {
  struct Pulse {
    std::uint16_t line;
    std::uint16_t slot;
  };
  std::vector<Pulse> pulses;  ///< line by line, lines ascending; slots of a line in no order
  std::uint64_t clipped = 0;  ///< pulses beyond one per slot that the lines could not send
};

/// How many pulses a train has: distribution functions of Binomial(slots, gain x code / full_code).
///
/// Built once per gain and shared by all tiles of a chip (gains are powers of two times a few rates).
class PulseCountTables {
 public:
  PulseCountTables(std::int64_t slots, std::int32_t full_code);

  struct Table {
    std::vector<std::uint32_t> none;        ///< per code: no pulse below it, in 2^-32
    std::vector<std::uint32_t> cumulative;  ///< slots entries per code, in 2^-32
    std::vector<std::uint8_t> guide;        ///< per code and upper 4 bits of a word: where to start to look
    std::vector<float> excess;              ///< per code: expected pulses lost by p > 1
  };
  const Table& for_gain(double gain);

  [[nodiscard]] std::size_t slots() const { return slots_; }

 private:
  std::size_t slots_;
  std::int32_t full_code_;
  std::map<double, std::unique_ptr<Table>> tables_;
};

/// Stochastic bit trains of an array's lines: in each slot a line with code c fires with probability
/// p = min(1, gain c / full_code), independently, so that a row and a column coincide slots p_x p_d
/// times on average (Gokmen, Vlasov, Front. Neurosci. 2016).
///
/// A train is drawn as its number of pulses (binomial) and their places (uniform), which is the same
/// distribution at the cost of the pulses that are really there. Word i of the stream decides the number of
/// pulses of line i; the words behind them are taken up by the places, line by line.
class UpdatePulseGenerator {
 public:
  explicit UpdatePulseGenerator(PulseCountTables& tables) : tables_(tables) {}

  /// Trains of all lines; codes are magnitudes or signed (the sign is the caller's), |code| <= full_code.
  void generate(const foundation::RandomStream& stream, std::uint64_t operation, double gain,
                std::span<const std::int16_t> codes, PulseTrains& trains);

 private:
  PulseCountTables& tables_;
  struct Firing {
    std::uint16_t line;
    std::uint16_t pulses;
  };
  std::vector<std::uint32_t> words_;
  std::vector<Firing> firing_;
};

}  // namespace kirchhoff::periphery
