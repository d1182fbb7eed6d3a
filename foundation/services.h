#pragma once

#include <cstdint>

namespace kirchhoff::foundation {

class Ledger;
class RestListener;
class SynapseListener;
class TraceSink;
class TransactionListener;

/// What every component is given by constructor, beside its name and its parameters.
struct Services {
  Ledger& ledger;
  TraceSink* trace = nullptr;                   ///< null when nobody listens
  std::uint64_t seed = 0;                       ///< of every random stream
  SynapseListener* synapses = nullptr;          ///< null when nobody watches
  RestListener* rest = nullptr;                 ///< null when nobody waits for the chip to be at rest
  TransactionListener* transactions = nullptr;  ///< null when nobody keeps a log
};

}  // namespace kirchhoff::foundation
