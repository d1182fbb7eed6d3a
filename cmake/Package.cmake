# Installed and exported: kirchhoff::core (no SystemC) and kirchhoff::model, headers below
# include/kirchhoff, and the program. A consumer writes
#
#   find_package(kirchhoff REQUIRED COMPONENTS model)      # or core
#   target_link_libraries(... PRIVATE kirchhoff::model)
include(CMakePackageConfigHelpers)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/kirchhoff)

set_target_properties(kirchhoff_core PROPERTIES EXPORT_NAME core)
target_include_directories(kirchhoff_core INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/kirchhoff>)
add_library(kirchhoff::core ALIAS kirchhoff_core)
install(TARGETS kirchhoff_core EXPORT kirchhoffCoreTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(EXPORT kirchhoffCoreTargets NAMESPACE kirchhoff:: DESTINATION ${package_dir})

if(KIRCHHOFF_HAS_SYSTEMC)
  # Export sets of their own, so that a consumer of the core needs no SystemC.
  set_target_properties(kirchhoff_systemc PROPERTIES EXPORT_NAME systemc)
  set_target_properties(kirchhoff_model PROPERTIES EXPORT_NAME model)
  add_library(kirchhoff::model ALIAS kirchhoff_model)
  install(TARGETS kirchhoff_systemc kirchhoff_model EXPORT kirchhoffModelTargets
          ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
  install(EXPORT kirchhoffModelTargets NAMESPACE kirchhoff:: DESTINATION ${package_dir})
  install(TARGETS kirchhoff-explore RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()

install(DIRECTORY foundation traces periphery interconnect tiles model
        DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/kirchhoff FILES_MATCHING PATTERN "*.h")
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})

configure_package_config_file(cmake/kirchhoffConfig.cmake.in ${PROJECT_BINARY_DIR}/kirchhoffConfig.cmake
                              INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/kirchhoffConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/kirchhoffConfig.cmake ${PROJECT_BINARY_DIR}/kirchhoffConfigVersion.cmake
        DESTINATION ${package_dir})
