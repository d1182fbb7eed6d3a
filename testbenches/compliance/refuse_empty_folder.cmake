# Run by the test compliance.checker_folder_without_header.
include(${CMAKE_CURRENT_LIST_DIR}/../../cmake/TlmChecker.cmake)
kirchhoff_use_tlm_checker(nobody ${CMAKE_CURRENT_LIST_DIR})
