#pragma once

#include <cstdint>
#include <string_view>

#include "foundation/duration.h"
#include "foundation/services.h"
#include "foundation/trace_sink.h"
#include "foundation/transaction_listener.h"

namespace kirchhoff::model {

/// What others see of the host interface: register accesses, DMA bursts, and the interrupt, as waveforms and
/// in the log of transactions.
///
/// Waveforms: the part `dma`, whose queue counts bursts that wait for the bus or are on it; the part
/// `access`, for accesses that the host waits for one by one; the bit `interrupt`. Refused accesses that take
/// no time (wrong size, byte enables) are not seen.
class HostTrace {
 public:
  /// `scope` is the name of the host interface.
  HostTrace(const foundation::Services& services, std::string_view scope);

  /// A register access of the host.
  void accessed(std::uint64_t address, bool read, foundation::Duration begin, foundation::Duration end,
                std::string_view response) const;

  /// A burst that was asked for at `asked` and had the bus from `begin` to `end`.
  void burst(std::uint64_t address, std::uint32_t bytes, bool read, foundation::Duration asked,
             foundation::Duration begin, foundation::Duration end, std::string_view response) const;

  void interrupt(bool level, foundation::Duration at) const;

 private:
  using Party = foundation::Transaction::Party;

  foundation::TraceSink* sink_;
  foundation::TransactionListener* log_;
  foundation::TraceSink::Signal dma_ = foundation::TraceSink::unheard;
  foundation::TraceSink::Signal access_ = foundation::TraceSink::unheard;
  foundation::TraceSink::Signal interrupt_ = foundation::TraceSink::unheard;
  Party host_ = 0;
  Party host_interface_ = 0;
};

}  // namespace kirchhoff::model
