# Tests: one process per case (SystemC cannot elaborate twice), labels, time-outs.
#
#   kirchhoff_test(<target> SOURCES ... LABELS ... [SYSTEMC] [TIMEOUT s] [LINK ...] [ENVIRONMENT ...])
enable_testing()
find_package(GTest REQUIRED)

# The cases of a test program as tests NAME.*.
function(kirchhoff_discover target name k_labels k_timeout k_environment)
  # gtest_discover_tests flattens lists in its PROPERTIES; set them in a file of our own.
  gtest_discover_tests(${target} TEST_PREFIX ${name}. TEST_LIST ${name}_TESTS DISCOVERY_TIMEOUT 60)
  set(k_name ${name})
  file(CONFIGURE OUTPUT ${name}_properties.cmake @ONLY CONTENT [=[
foreach(t IN LISTS @k_name@_TESTS)
  set_tests_properties("${t}" PROPERTIES LABELS "@k_labels@" TIMEOUT "@k_timeout@" ENVIRONMENT "@k_environment@"
                       SKIP_REGULAR_EXPRESSION "\\[  SKIPPED \\]")
endforeach()
]=])
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES ${CMAKE_CURRENT_BINARY_DIR}/${name}_properties.cmake)
endfunction()

function(kirchhoff_test target)
  cmake_parse_arguments(A "SYSTEMC;STYLES" "TIMEOUT" "SOURCES;LABELS;LINK;ENVIRONMENT" ${ARGN})
  if(NOT A_TIMEOUT)
    set(A_TIMEOUT 60)
  endif()
  if(KIRCHHOFF_SANITIZE)
    math(EXPR A_TIMEOUT "${A_TIMEOUT} * 5")
  endif()
  if(KIRCHHOFF_SANITIZE)
    # With sanitizers GCC 12 warns about its own <regex> (GCC bug 105562).
    foreach(source IN LISTS A_SOURCES)
      file(STRINGS ${source} regex REGEX "#include <regex>")
      if(regex)
        set_source_files_properties(${source} PROPERTIES COMPILE_OPTIONS -Wno-maybe-uninitialized)
      endif()
    endforeach()
  endif()
  list(APPEND A_ENVIRONMENT SYSTEMC_DISABLE_COPYRIGHT_MESSAGE=1
       ASAN_OPTIONS=detect_stack_use_after_return=0 KIRCHHOFF_SHARED=${PROJECT_SOURCE_DIR}/../shared)
  if(A_SYSTEMC)
    if(NOT KIRCHHOFF_HAS_SYSTEMC)
      return()
    endif()
    add_executable(${target} ${A_SOURCES} ${PROJECT_SOURCE_DIR}/testbenches/system/sc_main.cpp)
    target_link_libraries(${target} PRIVATE kirchhoff_model GTest::gtest GTest::gmock)
  else()
    add_executable(${target} ${A_SOURCES})
    target_link_libraries(${target} PRIVATE kirchhoff_core GTest::gtest_main GTest::gmock)
  endif()
  target_link_libraries(${target} PRIVATE kirchhoff_flags ${A_LINK})
  target_include_directories(${target} SYSTEM PRIVATE ${RANDOM123_INCLUDE_DIR})

  kirchhoff_discover(${target} ${target} "${A_LABELS}" ${A_TIMEOUT} "${A_ENVIRONMENT}")
  if(A_STYLES)
    list(APPEND A_ENVIRONMENT KIRCHHOFF_STYLE=at)
    kirchhoff_discover(${target} ${target}_at "${A_LABELS}" ${A_TIMEOUT} "${A_ENVIRONMENT}")
  endif()
endfunction()
