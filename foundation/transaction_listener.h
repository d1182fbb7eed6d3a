#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "foundation/duration.h"
#include "foundation/phase.h"

namespace kirchhoff::foundation {

/// A TLM transaction over the border between two components, as its initiator sees it. A multicast is one for
/// each destination.
struct Transaction {
  enum class Command : std::uint8_t { read, write };
  /// Name of a component, as TransactionListener::party() gives it.
  using Party = std::uint32_t;

  Party initiator = 0;
  Party target = 0;
  Command command = Command::write;
  std::uint32_t bytes = 0;  ///< of data; a packet's head is not among them
  Duration begin{0};        ///< ready at the initiator: waiting for the way is part of the transaction
  Duration end{0};          ///< all of it is at the target, or the answer is back
  std::string_view kind;    ///< static text in capitals: of a packet, or REGISTER, DMA
  std::optional<Phase> phase;
  std::optional<std::uint64_t> address;  ///< of memory-mapped ones
  std::string_view response;             ///< static text: OK, or the error

  // What it costs, as in Activity; links of a multicast are shared evenly by the destinations behind them.
  double bit_hops = 0;
  double router_flits = 0;
  double host_bits = 0;
};

/// Who keeps a log of transactions. Components hold a pointer, null when nobody does.
///
/// Calls come in the order in which transactions end in the program, which in loosely timed style is not that
/// of time.
class TransactionListener {
 public:
  TransactionListener() = default;
  TransactionListener(const TransactionListener&) = delete;
  TransactionListener& operator=(const TransactionListener&) = delete;
  virtual ~TransactionListener() = default;

  /// The same name is the same party.
  virtual Transaction::Party party(std::string_view name) = 0;

  virtual void completed(const Transaction& transaction) = 0;

  /// False where no transaction will be wanted any more: callers may then skip them.
  [[nodiscard]] virtual bool wanted() const = 0;

  // As of TraceSink.
  virtual void settle(Duration time) = 0;
  [[nodiscard]] virtual bool wants_settling() const { return false; }
  virtual void example_finished() = 0;
};

}  // namespace kirchhoff::foundation
