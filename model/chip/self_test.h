#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "interconnect/packet.h"
#include "model/chip/error_cause.h"

namespace kirchhoff::model {

/// What a self-test needs: accesses to one node, one after the other.
class NodeAccess {
 public:
  NodeAccess() = default;
  NodeAccess(const NodeAccess&) = delete;
  NodeAccess& operator=(const NodeAccess&) = delete;
  virtual ~NodeAccess() = default;

  virtual std::optional<std::uint32_t> read(std::uint64_t address) = 0;
  virtual bool write(std::uint64_t address, std::uint32_t value) = 0;
  virtual bool read_row(std::uint64_t address, std::span<float> weights) = 0;
  virtual bool write_row(std::uint64_t address, std::span<const float> weights) = 0;
  /// The host wants the test to end.
  [[nodiscard]] virtual bool stopping() const = 0;
};

/// Tests a node that nothing is on its way to, and leaves it as it was.
///
/// Every writable register of the tile but CONTROL and STATUS, and every entry of the receive, route and
/// reduction tables that is not in use, gets two complementary patterns, is read back and restored; STATUS
/// and entries in use are only read. The access table, by which the test itself comes here, is not touched.
/// With cells, one row is programmed to a pattern of both signs, read back and programmed to what it was:
/// exactly in detail ideal, as well as programming can in physics. Not tested: converters, links.
class SelfTest {
 public:
  struct Shape {
    std::size_t route_entries = 0;
    std::size_t receive_entries = 0;
    std::size_t reduction_entries = 0;
    std::size_t tile_columns = 0;
  };
  SelfTest(NodeAccess& access, const Shape& shape, interconnect::NodeId node)
      : access_(access), shape_(shape), node_(node) {}

  void registers();
  void receive_table();
  void route_table();
  void reduction_table();
  void cells(std::size_t row, std::size_t columns);

  [[nodiscard]] std::uint32_t checks() const { return checks_; }
  [[nodiscard]] std::uint32_t passed() const { return passed_; }
  /// The first that failed.
  [[nodiscard]] const Fault& fault() const { return fault_; }

  /// Weights of the pattern, and how far from it a good cell may be.
  static constexpr float pattern_weight = 0.25F;
  static constexpr float weight_tolerance = 0.125F;

 private:
  void check(bool good, ErrorCause cause, std::uint64_t address);
  bool keeps_patterns(std::uint64_t address, std::uint32_t mask);
  [[nodiscard]] std::uint64_t address_of(std::uint64_t offset) const;

  NodeAccess& access_;
  Shape shape_;
  interconnect::NodeId node_;
  std::uint32_t checks_ = 0;
  std::uint32_t passed_ = 0;
  Fault fault_;
};

}  // namespace kirchhoff::model
