#pragma once

#include <memory>
#include <string>
#include <systemc>
#include <tlm>

namespace kirchhoff::testbenches {

/// Was tlm2_base_protocol_checker.h supplied (KIRCHHOFF_TLM_CHECKER_DIR) when this was built?
bool has_external_checker();

/// Binds the pair through a checker of that header, with `name`; where there is none, directly, and returns
/// null.
std::unique_ptr<sc_core::sc_module> bind_through_external_checker(const std::string& name,
                                                                  tlm::tlm_initiator_socket<>& initiator,
                                                                  tlm::tlm_target_socket<>& target);

}  // namespace kirchhoff::testbenches
