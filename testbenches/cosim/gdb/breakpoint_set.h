#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace kirchhoff::testbenches {

/// Addresses of breakpoints, made to be asked before every instruction: one word of a table of bits answers
/// nearly always. Ask empty() once per run, not once per instruction.
class BreakpointSet {
 public:
  void add(std::uint32_t address);
  void remove(std::uint32_t address);
  void clear();

  [[nodiscard]] bool empty() const { return addresses_.empty(); }
  [[nodiscard]] bool contains(std::uint32_t address) const {
    return (bits_[word(address)] & bit(address)) != 0 && really_contains(address);
  }

 private:
  static constexpr std::size_t words = 64;
  static std::size_t word(std::uint32_t address) { return address / 128 % words; }  // code is 2-byte aligned
  static std::uint64_t bit(std::uint32_t address) { return std::uint64_t{1} << (address / 2 % 64); }
  [[nodiscard]] bool really_contains(std::uint32_t address) const;

  std::array<std::uint64_t, words> bits_{};
  std::vector<std::uint32_t> addresses_;  ///< ascending
};

}  // namespace kirchhoff::testbenches
