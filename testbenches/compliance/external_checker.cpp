#include "testbenches/compliance/external_checker.h"

#include <cstdint>
#include <limits>

#ifdef KIRCHHOFF_TLM_CHECKER
#include <tlm2_base_protocol_checker.h>
#endif

namespace kirchhoff::testbenches {

#ifdef KIRCHHOFF_TLM_CHECKER

namespace {

/// The published checker stops after 100,000 checks unless told otherwise; others need not know this.
template <typename Checker>
void check_without_end() {
  if constexpr (requires { Checker::set_num_checks(std::uint64_t{1}); }) {
    Checker::set_num_checks(std::numeric_limits<std::uint64_t>::max());
  }
}

}  // namespace

bool has_external_checker() {
  return true;
}

std::unique_ptr<sc_core::sc_module> bind_through_external_checker(const std::string& name,
                                                                  tlm::tlm_initiator_socket<>& initiator,
                                                                  tlm::tlm_target_socket<>& target) {
  using Checker = tlm_utils::tlm2_base_protocol_checker<32>;
  check_without_end<Checker>();
  auto checker = std::make_unique<Checker>(name.c_str());
  initiator.bind(checker->target_socket);
  checker->initiator_socket.bind(target);
  return checker;
}

#else

bool has_external_checker() {
  return false;
}

std::unique_ptr<sc_core::sc_module> bind_through_external_checker(const std::string& /*name*/,
                                                                  tlm::tlm_initiator_socket<>& initiator,
                                                                  tlm::tlm_target_socket<>& target) {
  initiator.bind(target);
  return nullptr;
}

#endif

}  // namespace kirchhoff::testbenches
