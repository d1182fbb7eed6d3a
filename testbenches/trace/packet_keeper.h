#pragma once

#include <string>
#include <vector>

#include "foundation/transaction_listener.h"

namespace kirchhoff::testbenches {

/// Keeps the packets of the first training example, and hands everything on to another listener.
class PacketKeeper final : public foundation::TransactionListener {
 public:
  /// `next` must outlive this.
  explicit PacketKeeper(foundation::TransactionListener& next) : next_(next) {}

  struct Packet {
    std::string from;  ///< last part of the component's name: "tile_0_1", "sequencer"
    std::string to;
    std::string_view kind;
    foundation::Phase phase = foundation::Phase::forward;
    foundation::Duration begin{0};
    foundation::Duration end{0};
  };
  [[nodiscard]] const std::vector<Packet>& packets() const { return packets_; }

  foundation::Transaction::Party party(std::string_view name) override;
  void completed(const foundation::Transaction& transaction) override;
  [[nodiscard]] bool wanted() const override { return !finished_ || next_.wanted(); }
  void settle(foundation::Duration time) override { next_.settle(time); }
  [[nodiscard]] bool wants_settling() const override { return next_.wants_settling(); }
  void example_finished() override {
    finished_ = true;
    next_.example_finished();
  }

 private:
  foundation::TransactionListener& next_;
  std::vector<std::string> names_;  ///< by party
  std::vector<Packet> packets_;
  bool finished_ = false;
};

}  // namespace kirchhoff::testbenches
