#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "testbenches/compliance/compliance_session.h"
#include "testbenches/compliance/snapshot.h"
#include "testbenches/compliance/transaction.h"

namespace kirchhoff::testbenches {

/// The rules of one socket pair (rule.h), told of every call when it is made and when it returns. Without
/// SystemC.
///
/// Calls may nest. An exclusion rule looks at the order of the calls, not at the delays annotated to them.
/// After a violation the engine follows what was done, so that one mistake is reported once, where possible.
/// Not checked: what extensions say, and whether a region is accessed after its direct memory was
/// invalidated.
class SocketRules {
 public:
  SocketRules(std::string socket, ComplianceSession& session)
      : socket_(std::move(socket)), session_(session) {}

  /// An extended phase that both sides may ignore (15.2.5).
  void allow_ignorable(unsigned phase) { ignorable_.insert(phase); }

  /// What is remembered from a call to its return.
  struct Call {
    Snapshot before;
    Moment at;
    unsigned phase = uninitialized_phase;
  };

  [[nodiscard]] Call blocking_call(const Transaction& transaction, const Moment& at, bool from_thread);
  void blocking_return(const Call& call, const Transaction& transaction, const Moment& at);

  [[nodiscard]] Call forward_call(const Transaction& transaction, unsigned phase, const Moment& at);
  void forward_return(const Call& call, const Transaction& transaction, Answer answer, unsigned phase,
                      const Moment& at);
  [[nodiscard]] Call backward_call(const Transaction& transaction, unsigned phase, const Moment& at);
  void backward_return(const Call& call, const Transaction& transaction, Answer answer, unsigned phase,
                       const Moment& at);

  [[nodiscard]] Call debug_call(const Transaction& transaction, const Moment& at);
  void debug_return(const Call& call, const Transaction& transaction, std::uint64_t bytes, const Moment& at);

  struct Region {
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    const void* pointer = nullptr;
    bool granted = false;  ///< some access is allowed
  };
  void direct_memory(const Call& call, const Transaction& transaction, bool given, const Region& region,
                     const Moment& at);
  void invalidated(std::uint64_t first, std::uint64_t last, const Moment& at);

  /// The simulation is over at this time.
  void finish(std::uint64_t now);

  /// For what is noticed elsewhere.
  void report(Rule rule, std::uint64_t now, std::string text);

 private:
  enum class State : std::uint8_t { requested, request_ended, responding };
  /// A transaction in non-blocking transport.
  struct Flight {
    Snapshot request;
    State state = State::requested;
    std::uint64_t latest = 0;
    int status = 0;  ///< of the response
  };

  void check_request(const Transaction& transaction, const Moment& at);
  void check_kept(const Snapshot& before, const Transaction& transaction, std::uint64_t now);
  void check_waited(const Call& call, const Moment& at, const char* what);
  void check_time(Flight& flight, const Moment& at);
  void check_managed(const Transaction& transaction, const Moment& at);
  void check_outside_debug(const Moment& at);
  bool check_extended(const Transaction& transaction, unsigned phase, const Moment& at);
  void begin(const Transaction& transaction, const Moment& at);
  void target_phase(const Transaction& transaction, unsigned phase, const Moment& at);
  void respond(Flight& flight, const Transaction& transaction, const Moment& at);
  void end_response_phase(const Transaction& transaction, const Moment& at);
  void end(const void* transaction);
  Flight* find(const Transaction& transaction);

  std::string socket_;
  ComplianceSession& session_;
  std::unordered_set<unsigned> ignorable_;
  std::unordered_map<const void*, Flight> flights_;
  std::unordered_map<const void*, std::uint32_t> blocking_;  ///< calls under way
  const void* request_ = nullptr;                            ///< begun and not ended
  const void* response_ = nullptr;
};

}  // namespace kirchhoff::testbenches
