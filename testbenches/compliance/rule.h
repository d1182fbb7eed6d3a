#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace kirchhoff::testbenches {

/// What a socket pair must keep to: the generic payload and the base protocol of IEEE 1666-2011 (clauses 11,
/// 14, 15). Some rules are the house's and stricter than the standard; their description says so.
enum class Rule : std::uint8_t {
  phase_order,
  unexpected_phase,
  request_exclusion,
  response_exclusion,
  accepted_untouched,
  time_order,
  non_blocking,
  blocking_from_thread,
  request_attributes,
  response_status,
  attributes_unchanged,
  data_unchanged,
  dmi_hint,
  direct_memory,
  debug_transport,
  single_path,
  memory_manager,
  references,
  left_in_flight,
};

inline constexpr std::size_t rule_count = 19;

struct RuleDoc {
  std::string_view name;
  std::string_view description;
};

inline constexpr std::array<RuleDoc, rule_count> rule_docs{{
    {"phase_order", "BEGIN_REQ, END_REQ, BEGIN_RESP, END_RESP in order, or a legal shortcut (15.2.4)"},
    {"unexpected_phase",
     "only phases of this direction, extended ones only if declared ignorable (15.2.3, 15.2.5)"},
    {"request_exclusion", "no BEGIN_REQ before the last one was answered by END_REQ or a response (15.2.6)"},
    {"response_exclusion", "no BEGIN_RESP before the last one was answered by END_RESP (15.2.6)"},
    {"accepted_untouched", "TLM_ACCEPTED leaves phase and delay as they were (11.1.2)"},
    {"time_order", "a transaction's time with its annotated delay never runs backwards (11.1.1, 15.2.7)"},
    {"non_blocking", "nothing waits within non-blocking, debug and direct memory calls (11.1.2, 11.3)"},
    {"blocking_from_thread", "b_transport is called from threads only (11.1.1)"},
    {"request_attributes",
     "data, length, streaming width and byte enables of a request make sense (14.11-14.15)"},
    {"response_status", "INCOMPLETE in a request, set by the target in its response, then kept (14.17)"},
    {"attributes_unchanged",
     "command, address, pointers, lengths and byte enables stay as requested (14.7); the address, too, is "
     "back when "
     "the call returns, which the standard does not ask for"},
    {"data_unchanged",
     "a write's data stay as they are (14.7), and those of a failed read, which the standard does not ask "
     "for"},
    {"dmi_hint", "false in a request (14.16)"},
    {"direct_memory", "a granted region has a pointer and holds the address, ranges run upwards (11.2)"},
    {"debug_transport",
     "no more bytes than asked for, no transport within the call, no change but of data (11.3)"},
    {"single_path", "a transaction on its way back is not sent on again (14.5, 15.2.11)"},
    {"memory_manager", "non-blocking transport has a memory manager and at least one reference (14.5)"},
    {"references", "blocking transport gives its references back, and at the end nobody holds any (14.5)"},
    {"left_in_flight", "every transaction is over at the end of the simulation"},
}};

constexpr std::string_view name_of(Rule rule) {
  return rule_docs[static_cast<std::size_t>(rule)].name;
}

}  // namespace kirchhoff::testbenches
