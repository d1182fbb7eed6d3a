# SystemC from pkg-config (Debian) or from its own CMake package (Accellera builds, 2.3.4 and 3.0).
# The library's C++ standard is part of its link symbol: it is probed, not assumed.
set(KIRCHHOFF_HAS_SYSTEMC FALSE)
if(KIRCHHOFF_SYSTEMC STREQUAL "OFF")
  message(STATUS "SystemC: not used (KIRCHHOFF_SYSTEMC=OFF), building kirchhoff_core and its tests only")
  return()
endif()

add_library(kirchhoff_systemc INTERFACE)
add_library(kirchhoff::systemc ALIAS kirchhoff_systemc)

# Registries off: another project's build tree must not be picked up.
find_package(SystemCLanguage CONFIG QUIET NO_CMAKE_PACKAGE_REGISTRY NO_CMAKE_SYSTEM_PACKAGE_REGISTRY)
if(SystemCLanguage_FOUND)
  set(KIRCHHOFF_SYSTEMC_PROVIDER "CMake package ${SystemCLanguage_DIR}")
  set(KIRCHHOFF_SYSTEMC_VERSION ${SystemCLanguage_VERSION})
  set(KIRCHHOFF_SYSTEMC_TARGET SystemC::systemc)
else()
  find_package(PkgConfig QUIET)
  if(PkgConfig_FOUND)
    pkg_check_modules(SystemC QUIET IMPORTED_TARGET GLOBAL systemc>=2.3.4)
  endif()
  if(SystemC_FOUND)
    set(KIRCHHOFF_SYSTEMC_PROVIDER "pkg-config")
    set(KIRCHHOFF_SYSTEMC_VERSION ${SystemC_VERSION})
    set(KIRCHHOFF_SYSTEMC_TARGET PkgConfig::SystemC)
  endif()
endif()

if(NOT KIRCHHOFF_SYSTEMC_TARGET)
  if(KIRCHHOFF_SYSTEMC STREQUAL "ON")
    message(FATAL_ERROR "SystemC >= 2.3.4 not found: install libsystemc-dev (Debian), or set "
                        "CMAKE_PREFIX_PATH to a SystemC that brings SystemCLanguageConfig.cmake")
  endif()
  message(STATUS "SystemC: not found, building kirchhoff_core and its tests only")
  return()
endif()

set(probe_source ${CMAKE_CURRENT_BINARY_DIR}/probe_systemc.cpp)
file(WRITE ${probe_source} "#include <systemc>\nint sc_main(int, char**) { return sc_core::sc_time(1, sc_core::SC_NS) > sc_core::SC_ZERO_TIME ? 0 : 1; }\n")
foreach(standard 202002L 201703L 201402L 201103L)
  try_compile(systemc_links_${standard} SOURCES ${probe_source}
              LINK_LIBRARIES ${KIRCHHOFF_SYSTEMC_TARGET} COMPILE_DEFINITIONS -DSC_CPLUSPLUS=${standard}
              CXX_STANDARD 20 CXX_STANDARD_REQUIRED ON)
  if(systemc_links_${standard})
    set(KIRCHHOFF_SYSTEMC_STANDARD ${standard})
    break()
  endif()
endforeach()
if(NOT KIRCHHOFF_SYSTEMC_STANDARD)
  message(FATAL_ERROR "SystemC ${KIRCHHOFF_SYSTEMC_VERSION} (${KIRCHHOFF_SYSTEMC_PROVIDER}) was found, but a C++20 "
                      "program links with it under none of SC_CPLUSPLUS = 202002L, 201703L, 201402L, 201103L")
endif()

target_link_libraries(kirchhoff_systemc INTERFACE ${KIRCHHOFF_SYSTEMC_TARGET})
target_compile_definitions(kirchhoff_systemc INTERFACE SC_CPLUSPLUS=${KIRCHHOFF_SYSTEMC_STANDARD})
target_compile_features(kirchhoff_systemc INTERFACE cxx_std_20)
set(KIRCHHOFF_HAS_SYSTEMC TRUE)
message(STATUS "SystemC: ${KIRCHHOFF_SYSTEMC_VERSION} from ${KIRCHHOFF_SYSTEMC_PROVIDER}, "
               "library built as C++ ${KIRCHHOFF_SYSTEMC_STANDARD}")
