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
#include "foundation/energy_model.h"
#include "foundation/transaction_listener.h"
#include "traces/recording.h"

namespace kirchhoff::traces {

/// Writes transactions as CSV as they come, by the time at which they begin; complete only after close().
///
/// Columns: id (1, 2, ...), initiator, target, command (READ, WRITE), bytes (of data), begin_s, end_s (to the
/// picosecond), energy_j, kind, phase, address (hexadecimal), response. Phase is empty for register accesses
/// and DMA, which may run ahead of what the chip is doing; address for what routes deliver. Energy is that of
/// links, routers and host bus at the base values of the technology, control included; what the energy model
/// does not price (register accesses over the host's bus) is 0.
class TransactionWriter final : public foundation::TransactionListener {
 public:
  /// Throws InputError where the file cannot be written, here and in close(): within the simulation it is
  /// kept quiet, and nothing more is wanted.
  TransactionWriter(const std::filesystem::path& path, const Recording& recording,
                    const foundation::EnergyModel& prices);

  foundation::Transaction::Party party(std::string_view name) override;
  void completed(const foundation::Transaction& transaction) override;
  [[nodiscard]] bool wanted() const override {
    return examples_done_ < examples_ && settled_ <= end_ && failure_ == nullptr;
  }
  void settle(foundation::Duration time) override;
  [[nodiscard]] bool wants_settling() const override { return pending_.size() >= kCrowd; }
  void example_finished() override { ++examples_done_; }

  /// Writes the rest and puts the file in its place. Without it there is no file.
  void close();

 private:
  static constexpr std::size_t kCrowd = 1024;

  /// Energies come again and again, and their digits cost more than the rest of a line.
  struct Price {
    double bit_hops = 0;
    double router_flits = 0;
    double host_bits = 0;
    std::string text;
  };

  void write_until(foundation::Duration time);
  void append(const foundation::Transaction& transaction);
  void append_seconds(foundation::Duration time);
  const std::string& price_of(const foundation::Transaction& transaction);

  foundation::AtomicFile file_;
  std::uint64_t examples_;
  foundation::Duration begin_;
  foundation::Duration end_;
  double bit_hop_j_;
  double router_flit_j_;
  double host_bit_j_;
  std::uint64_t examples_done_ = 0;
  std::uint64_t written_ = 0;
  foundation::Duration settled_{0};
  std::vector<std::string> parties_;
  std::unordered_map<std::string, foundation::Transaction::Party> party_of_;
  std::vector<foundation::Transaction> pending_;
  std::vector<foundation::Transaction> batch_;
  std::array<Price, 512> prices_{};
  std::string buffer_;
  std::exception_ptr failure_;  ///< to write
};

}  // namespace kirchhoff::traces
