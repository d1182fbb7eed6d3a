# An external checker of the TLM-2.0 base protocol (Doulos publishes one; it is not part of this project), inserted
# beside our own monitor on every socket pair of the system tests.
#
#   kirchhoff_use_tlm_checker(<target> <folder>)   folder holds tlm2_base_protocol_checker.h; empty: none
set(KIRCHHOFF_TLM_CHECKER_DIR "" CACHE PATH
    "Folder that holds tlm2_base_protocol_checker.h, to be inserted on every socket pair of the system tests")

function(kirchhoff_use_tlm_checker target folder)
  if(NOT folder)
    return()
  endif()
  if(NOT EXISTS ${folder}/tlm2_base_protocol_checker.h)
    message(FATAL_ERROR "KIRCHHOFF_TLM_CHECKER_DIR is ${folder}, where there is no tlm2_base_protocol_checker.h; "
                        "name the folder that holds it, or nothing")
  endif()
  target_include_directories(${target} SYSTEM PRIVATE ${folder})
  target_compile_definitions(${target} PRIVATE KIRCHHOFF_TLM_CHECKER)
endfunction()
