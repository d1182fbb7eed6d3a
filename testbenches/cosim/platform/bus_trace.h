#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "foundation/duration.h"
#include "foundation/services.h"
#include "foundation/trace_sink.h"
#include "foundation/transaction_listener.h"

namespace kirchhoff::testbenches {

/// What others see of the bus, as waveforms (a part for each initiator, in state READ or WRITE, and the
/// address it accesses) and in the log of transactions.
class BusTrace {
 public:
  /// `scope` is the name of the bus.
  BusTrace(const foundation::Services& services, std::string_view scope,
           const std::vector<std::string>& initiators, const std::vector<std::string>& targets);

  [[nodiscard]] bool wanted() const { return sink_ != nullptr || log_ != nullptr; }

  struct Access {
    std::size_t initiator = 0;
    std::size_t target = 0;  ///< the number of targets: nobody answered
    std::uint64_t address = 0;
    std::uint32_t bytes = 0;
    bool read = false;
    bool logged = false;
    foundation::Duration begin{0};
    foundation::Duration end{0};
    std::string_view response;
  };
  void accessed(const Access& access) const;

 private:
  foundation::TraceSink* sink_;
  foundation::TransactionListener* log_;
  struct Signals {
    foundation::TraceSink::Signal state = foundation::TraceSink::unheard;
    foundation::TraceSink::Signal address = foundation::TraceSink::unheard;
    foundation::Transaction::Party party = 0;
  };
  std::vector<Signals> initiators_;
  std::vector<foundation::Transaction::Party> targets_;
};

}  // namespace kirchhoff::testbenches
